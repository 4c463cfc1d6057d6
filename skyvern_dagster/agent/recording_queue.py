"""What people look at after a task, written while the next ones go on: videos and traces."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

CLOSE_SECONDS = 60.0
"""How long the end of a run waits for its last recordings. One takes half a second of a processor
that is free; a machine that hasn't come to it by then has better things to do."""


class RecordingQueue:
    """Writes recordings one after the other, in a thread of its own.

    A task doesn't wait for its video and its trace: they take as long as everything else in it.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recordings")
        self._waiting: list[Future[None]] = []

    def add(self, write: Callable[[], None]) -> None:
        """Puts a recording at the end; ``write`` says itself what it couldn't do."""
        self._waiting = [each for each in self._waiting if not each.done()]
        self._waiting.append(self._worker.submit(write))

    def finish(self, seconds: float = CLOSE_SECONDS) -> None:
        """Waits until all are written; gives up those for which there is no time."""
        _, late = wait(self._waiting, timeout=seconds)
        for each in late:
            each.cancel()
        self._waiting = []
