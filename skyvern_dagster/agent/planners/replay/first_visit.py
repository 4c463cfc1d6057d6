"""One task of several alike goes first, and the others repeat what it has learnt.

Iterations of a loop go on side by side: without turns, each of them would ask the model for the way
that the first one is about to record.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

PATIENCE_SECONDS = 180.0
"""For which a task waits for one that goes first: a third of what a task may take by default, and
enough for ten steps of a model that takes its time."""

_leading: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Task[object]]] = (
    WeakKeyDictionary()
)


@dataclass
class FirstVisit:
    """The turn of one task.

    Args:
        key: What the tasks have in common: where their recording lies.
    """

    key: str
    _until: float = field(default_factory=lambda: time.monotonic() + PATIENCE_SECONDS)

    async def has_waited(self) -> bool:
        """Waits for the task that goes first, until it has ended in whatever way.

        Returns:
            Whether it was waited for, so that there may be a recording now; ``False`` where this
            task goes first, or has waited long enough.
        """
        mine = asyncio.current_task()
        leading = _leading.setdefault(asyncio.get_running_loop(), {})
        leader = leading.get(self.key)
        if mine is None:
            return False
        if leader is None or leader is mine or leader.done():
            leading[self.key] = mine
            return False
        left = self._until - time.monotonic()
        if left <= 0:
            return False
        done, _ = await asyncio.wait({leader}, timeout=left)
        return bool(done)
