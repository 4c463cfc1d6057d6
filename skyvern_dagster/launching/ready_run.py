"""The process of the next run, with its browser, while runs follow one another."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Collection
from typing import Any

from skyvern_dagster.process.ready_process import ReadyProcess
from skyvern_dagster.resources.browser import close_ahead, start_ahead

SECONDS_VARIABLE = "SKYVERN_READY_SECONDS"
"""So long after a run the process of the next one is kept ready; 0: there is none."""

_USUAL_SECONDS = 600.0
"""Arbitrary: somebody who tries a workflow out comes again within minutes, an application with
traffic within seconds; a server that nobody uses shall not hold a browser's 250 MB."""

_QUIET_SECONDS = 2.0
"""After a run was begun: meanwhile its own browser starts, and two processors have enough to do."""

Request = dict[str, Any]


class ReadyRun:
    """At most one process that waits for its run.

    Args:
        act: The run's life, given the request.
        in_child: What else has to be done in the child, which inherits what is open.
    """

    def __init__(self, act: Callable[[Request], int], in_child: Callable[[], object]) -> None:
        self._act = act
        self._in_child = in_child
        self._seconds = _seconds()
        self._last = float("-inf")
        self._process: ReadyProcess | None = None

    def take(self, request: Request) -> int | None:
        """The number of the process that carries out the request; ``None`` where none is ready."""
        self._last = time.monotonic()
        process, self._process = self._process, None
        if process is not None and process.give(json.dumps(request).encode() + b"\n"):
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
            self._process = ReadyProcess.fork(self._prepare, self._carried_out, close_ahead)

    def leave(self) -> None:
        """Lets go of it: it ends, unless another process holds its line, too."""
        if self._process is not None:
            self._process.close()
        self._process = None

    def _prepare(self) -> None:
        self._in_child()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        start_ahead()

    def _carried_out(self, message: bytes) -> int:
        return self._act(json.loads(message))


def _seconds() -> float:
    try:
        return float(os.environ.get(SECONDS_VARIABLE) or _USUAL_SECONDS)
    except ValueError:
        return _USUAL_SECONDS
