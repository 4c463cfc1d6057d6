"""Where the seconds of a task go."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class TimeSpent:
    """Seconds by activity (``observe``, ``plan``, ``act``, ...)."""

    seconds: dict[str, float] = field(default_factory=dict)

    async def on(self, activity: str, work: Awaitable[T]) -> T:
        """Awaits ``work`` and books its seconds under ``activity``."""
        started = time.monotonic()
        try:
            return await work
        finally:
            spent = time.monotonic() - started
            self.seconds[activity] = self.seconds.get(activity, 0.0) + spent
