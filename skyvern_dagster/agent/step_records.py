"""The steps of a task, each written down with a picture of the page as it left it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from skyvern_dagster.agent.decisions import Complete, Extract, Terminate
from skyvern_dagster.agent.planner import PastAction, Plan
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.time_spent import TimeSpent
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import BrowserError


@dataclass
class StepRecords:
    """The steps so far.

    Until something is done on it again, the page is as the last step left it: its picture is taken
    while the next one is planned.

    Attributes:
        summaries: A summary of each.
    """

    session: BrowserSession
    artifacts: StepArtifacts
    log: Callable[[str], None]
    time: TimeSpent
    summaries: list[StepSummary] = field(default_factory=list)
    _write: Callable[[StepSummary], None] | None = None
    _last: bytes = b""

    def add(
        self,
        summary: StepSummary,
        observation: Observation,
        plan: Plan,
        actions: Sequence[PastAction],
    ) -> None:
        """Takes a step that has been carried out; secrets are taken out of its summary."""
        self.summaries.append(self.artifacts.clean(summary))
        if any(_acts(action) for action in actions):
            self._last = b""
        self._write = partial(
            self.artifacts.step, observation=observation, plan=plan, actions=actions
        )

    @asynccontextmanager
    async def pictured(self) -> AsyncIterator[None]:
        """Writes the last step, with its picture, while something else goes on that has no effect.

        Raises:
            BrowserBrokenError: The browser is gone.
        """
        writing = asyncio.create_task(self.finish())
        await asyncio.sleep(0)  # who doesn't wait for anything would have it begin afterwards
        try:
            yield
        except BaseException:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            raise
        await writing

    async def finish(self) -> None:
        """Writes the last step, with its picture, unless that is done.

        Raises:
            BrowserBrokenError: The browser is gone.
        """
        if self._write is None:
            return
        order = self.summaries[-1].order
        # A step that only read left the page as the last picture, taken meanwhile, shows it.
        image = self._last or await self.time.on("screenshot", self.picture())
        self._last = image
        if image and (key := self.artifacts.screenshot(order, image)):
            self.summaries[-1] = self.summaries[-1].model_copy(update={"screenshot": key})
        self.write()

    def write(self) -> None:
        """Writes the last step as it is known, unless that is done."""
        write, self._write = self._write, None
        if write is not None:
            write(self.summaries[-1])

    async def picture(self) -> bytes:
        """The page for people; a step doesn't fail because there is no picture of it."""
        try:
            return await self.session.screenshot()
        except BrowserError as error:
            self.log(f"no screenshot: {error}")
            return b""


def _acts(action: PastAction) -> bool:
    return not isinstance(action.decision, Extract | Complete | Terminate)
