"""The process of what comes next, kept ready while one thing follows another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence

from skyvern_dagster.process.ready_process import Act, ReadyProcess

SECONDS_VARIABLE = "SKYVERN_READY_SECONDS"
"""So long after a run the process of the next one is kept ready, with a browser; 0: none is."""

_USUAL_SECONDS = 600.0
"""Arbitrary: somebody who tries a workflow out comes again within minutes, an application with
traffic within seconds; what nobody uses shall not hold a browser's 250 MB."""

_QUIET_SECONDS = 2.0
"""After one has begun: meanwhile its own browser starts, and two processors have enough to do."""


class NextProcess:
    """At most one child that waits.

    Args:
        prepare: What it does at once.
        act: What it does with its message.
        unused: What it does when it gets none.
    """

    def __init__(
        self, prepare: Callable[[], object], act: Act, unused: Callable[[], object]
    ) -> None:
        self._life = (prepare, act, unused)
        self._seconds = _seconds()
        self._last = float("-inf")
        self._process: ReadyProcess | None = None

    def take(self, message: bytes, descriptors: Sequence[int] = ()) -> int | None:
        """The number of the process that now acts; ``None`` where none is ready.

        Args:
            message: One line, with its end.
            descriptors: Open files that it gets beside it.
        """
        self._last = time.monotonic()
        process, self._process = self._process, None
        if process is not None and process.give(message, descriptors):
            return process.pid
        return None

    def tend(self, ended: Collection[int]) -> None:
        """Makes one where it is time, and ends one that nobody comes to use.

        Args:
            ended: Children that are gone.
        """
        if self._process is not None and self._process.pid in ended:
            self.leave()
        idle = time.monotonic() - self._last
        if idle > self._seconds:
            self.leave()
        elif idle > _QUIET_SECONDS and self._process is None:
            self._process = ReadyProcess.fork(*self._life)

    def leave(self) -> None:
        """Lets go of it: it ends, unless another process holds its line, too."""
        if self._process is not None:
            self._process.close()
        self._process = None


def _seconds() -> float:
    try:
        return float(os.environ.get(SECONDS_VARIABLE) or _USUAL_SECONDS)
    except ValueError:
        return _USUAL_SECONDS
