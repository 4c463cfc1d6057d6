"""Reloads of the code location: one for changes that come close together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from skyvern_dagster.errors import DeploymentError

_log = logging.getLogger("skyvern_dagster_api")

_MOST_WAITS = 5
"""So many times the usual wait, and a reload comes though changes go on. Arbitrary: with the
default wait somebody who looks into Dagster's UI sees a workflow ten seconds after it was stored.
"""


class LocationReload:
    """Has the code location read the workflow store again, without anybody waiting for it.

    A reload takes some four seconds of a processor, since Dagster loads all code in a process of
    its own. A run that starts before is interpreted; a reload that fails is tried with the next
    change.

    Args:
        reload: Reloads, and raises :class:`~skyvern_dagster.errors.DeploymentError` where it can't.
        wait_seconds: How long no change may have come before it reloads.
    """

    def __init__(self, reload: Callable[[], None], wait_seconds: float) -> None:
        self._reload = reload
        self._wait_seconds = wait_seconds
        self._changes = threading.Condition()
        self._first: float | None = None
        """When the first change came that isn't loaded yet (``time.monotonic``)."""
        self._last = 0.0
        self._closed = False
        self._thread: threading.Thread | None = None

    def soon(self) -> None:
        """Something has changed."""
        with self._changes:
            self._last = time.monotonic()
            self._first = self._last if self._first is None else self._first
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="reload", daemon=True)
                self._thread.start()
            self._changes.notify()

    def close(self) -> None:
        """No further reload begins."""
        with self._changes:
            self._closed = True
            self._changes.notify()

    def _run(self) -> None:
        while self._is_due():
            try:
                self._reload()
            except DeploymentError as error:
                _log.warning("%s", error)

    def _is_due(self) -> bool:
        """Waits until there is something to load; false when it is closed first."""
        with self._changes:
            while not self._closed:
                left = self._left()
                if left is not None and left <= 0:
                    self._first = None
                    return True
                self._changes.wait(left)
            return False

    def _left(self) -> float | None:
        """Seconds until the next reload; ``None`` while nothing has changed."""
        if self._first is None:
            return None
        due = min(self._last + self._wait_seconds, self._first + _MOST_WAITS * self._wait_seconds)
        return due - time.monotonic()
