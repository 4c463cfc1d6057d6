"""Iterations of one block go side by side for as long as their portal lets them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.agent.task_attempt import TaskAttempt
from skyvern_dagster.browser.session import BrowserSession

_BREATH_SECONDS = 2.0
"""Before an item is done again that a portal has turned away. Arbitrary: limits are mostly counted
by the second or by the minute; alone, an item that still comes too early ends with what it met."""

Done = tuple[TaskResult, BrowserSession | None]
Work = Callable[[TaskAttempt], Awaitable[Done]]


class PortalTurns:
    """Which blocks of a process's runs do one item after the other; used on the browser's loop.

    Some portals answer "too many requests" to several pages of one login, or log all but one of
    them out. The first item that is turned away while others are under way makes its block go on
    one item at a time, and is done again.
    """

    def __init__(self) -> None:
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}

    async def carried_out(self, attempt: TaskAttempt, work: Work) -> Done:
        """Carries an attempt out, at its turn where its block goes one item at a time.

        Args:
            attempt: What is carried out.
            work: Carries it out; may be asked for a second time.
        """
        request = attempt.request
        if not request.iteration:
            return await work(attempt)
        key = (request.workflow_run_id, request.block)
        if (turn := self._turns.get(key)) is not None:
            async with turn:
                return await work(attempt)
        done, had_others = await self._beside_others(key, attempt, work)
        if not (had_others and done[0].turned_away):
            return done
        return await self._again(key, attempt, work)

    async def _beside_others(
        self, key: tuple[str, str], attempt: TaskAttempt, work: Work
    ) -> tuple[Done, bool]:
        self._under_way[key] += 1
        had_others = self._under_way[key] > 1
        try:
            done = await work(attempt)
            return done, had_others or self._under_way[key] > 1
        finally:
            self._under_way[key] -= 1

    async def _again(self, key: tuple[str, str], attempt: TaskAttempt, work: Work) -> Done:
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            attempt.log(
                "the portal turns away what is asked side by side: from here on, one item at a "
                "time (`parallel: false` of the loop says so from the beginning); this one again"
            )
            while self._under_way[key]:  # those that have begun before
                await asyncio.sleep(_BREATH_SECONDS / 10)
            await asyncio.sleep(_BREATH_SECONDS)
            # Its live session, if it had one, was closed with the first try: from the state again.
            return await work(replace(attempt, live=None))
