"""Signals that mean "stop", while a run is followed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class StopSignals:
    """What has come so far.

    Attributes:
        count: How many; a second one means "at once".
        first: When the first came, by the monotonic clock.
    """

    count: int = 0
    first: float = 0.0

    def take(self, *_: object) -> None:
        """Counts one signal. It has the form of a signal handler."""
        self.first = self.first if self.count else time.monotonic()
        self.count += 1

    def is_urgent(self, patience: float) -> bool:
        """Whether somebody has asked twice, or long enough ago."""
        return self.count > 1 or (self.count > 0 and time.monotonic() - self.first > patience)


@contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """Counts the signals instead of dying of them; outside the main thread there are none."""
    signals = StopSignals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    before = {each: signal.signal(each, signals.take) for each in SIGNALS}
    try:
        yield signals
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
