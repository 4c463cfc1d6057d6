"""The ``goto_url`` block: the browser opens an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from skyvern_dagster.agent.decisions import Complete
from skyvern_dagster.agent.planner import Plan, PlanFailure, Planner, PlanRequest
from skyvern_dagster.blocks.agent_block import AgentBlock, Instruction
from skyvern_dagster.blocks.block import BlockWarning
from skyvern_dagster.blocks.context import BlockContext

_MISSING = (404, 410)
"""HTTP: nothing is at this address. Others, as 401 or 403, may well come with a page to go on from;
server errors are tried again before, and fail by themselves."""


class PageOpened:
    """Plans a task that is done once its address is open."""

    name = "goto_url"

    async def plan(self, request: PlanRequest) -> Plan:
        """Complete, unless the server says that there is no such page."""
        seen = request.observation
        if seen.http_status in _MISSING:
            reason = f"HTTP {seen.http_status} from {seen.url}: there is no such page"
            failure = PlanFailure(reason, retryable=False)
            return Plan((), 0.0, reason, self.name, failure=failure)
        return Plan((Complete(),), 1.0, "the page is open", self.name)


class GotoUrlBlock(AgentBlock):
    """Opens an address; nothing has to be planned."""

    example: ClassVar[str] = """\
block_type: goto_url
label: open_portal
url: https://portal.example
"""
    block_type: Literal["goto_url"]
    url: str = Field(description="Where to go.")

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """An address that says nothing."""
        yield from super().warnings_in(fields)
        if fields.get("url") == "":
            yield BlockWarning(("url",), "'url' is empty: the block will fail", "add an address")

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction()

    def _planner(self, context: BlockContext) -> Planner:
        del context
        return PageOpened()

    def describe(self) -> str:
        """Where it goes."""
        return f"Opens {self.url}."

    def summary(self) -> str:
        """Where it goes."""
        return f"opens {self.url}"
