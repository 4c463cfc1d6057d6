"""Carrying out several things at the same time, in threads, with their results in order."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from skyvern_dagster.process.interrupt import AGAIN_SECONDS, interrupt_thread

T = TypeVar("T")

WIDTH_VARIABLE = "SKYVERN_MAX_CONCURRENT"
"""Environment variable for how many steps or iterations of a run go on at the same time."""

DEFAULT_WIDTH = 4
"""Where nothing is said. Each has a page of its own: four pages that mostly wait for their portal
keep two cores busy, and take about 600 MB."""

_LOOK_SECONDS = 0.2
"""How often whoever waits looks up: an interruption strikes a thread only when it runs."""


def run_width() -> int:
    """How many steps or iterations of a run go on at the same time, at the most."""
    given = os.environ.get(WIDTH_VARIABLE, "").strip()
    return max(1, int(given)) if given.isdecimal() else DEFAULT_WIDTH


def side_by_side(
    todo: Sequence[Callable[[], T]], *, width: int, is_last: Callable[[T], bool] = lambda _: False
) -> list[T]:
    """Does all of it, several at the same time.

    Args:
        width: How many at the same time.
        is_last: Whether nothing new is to be begun after this result.

    Returns:
        The results of what was begun, in the order of ``todo``.

    Raises:
        BaseException: What one of them, or whoever interrupts the caller, has raised; none of
            them goes on then.
    """
    return _Work(todo, is_last).done(min(width, len(todo)))


class _Work(Generic[T]):
    def __init__(self, todo: Sequence[Callable[[], T]], is_last: Callable[[T], bool]) -> None:
        self._todo = todo
        self._is_last = is_last
        self._next = itertools.count()
        self._results: dict[int, T] = {}
        self._errors: list[BaseException] = []
        self._is_over = threading.Event()

    def done(self, width: int) -> list[T]:
        threads = [
            threading.Thread(target=self._work_off, name=f"iteration-{number}", daemon=True)
            for number in range(width)
        ]
        try:
            for thread in threads:
                thread.start()
            self._wait(threads)
        except BaseException as error:
            self._is_over.set()
            self._stop(threads, type(error))
            raise
        if self._errors:
            raise self._errors[0]
        return [self._results[index] for index in sorted(self._results)]

    def _stop(self, threads: Sequence[threading.Thread], error: type[BaseException]) -> None:
        while alive := [each for each in threads if each.ident is not None and each.is_alive()]:
            for thread in alive:
                if thread.ident is not None:
                    interrupt_thread(thread.ident, error)
            for thread in alive:
                thread.join(AGAIN_SECONDS)

    def _wait(self, threads: Sequence[threading.Thread]) -> None:
        for thread in threads:
            while thread.ident is not None and thread.is_alive():
                thread.join(_LOOK_SECONDS)

    def _work_off(self) -> None:
        """In each thread: the next one, until there is none or one of them was the last."""
        try:
            for index in self._next:
                if index >= len(self._todo) or self._is_over.is_set():
                    return
                self._results[index] = self._todo[index]()
                if self._is_last(self._results[index]):
                    self._is_over.set()
        except BaseException as error:  # noqa: BLE001 - raised again where the work was asked for
            self._is_over.set()
            self._errors.append(error)
