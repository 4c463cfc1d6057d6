"""The ``action`` block: one action on a page."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.agent.planners.selector import SelectorPlanner
from skyvern_dagster.agent.policy import PlannerPolicy
from skyvern_dagster.blocks.agent_block import (
    AGENT_KEYS,
    AGENT_TEMPLATES,
    AgentBlock,
    Instruction,
)
from skyvern_dagster.blocks.context import BlockContext


class ActionBlock(AgentBlock):
    """One action on the page that the browser is on: a click, a text, a choice."""

    example: ClassVar[str] = """\
block_type: action
label: accept
url: https://portal.example/terms
selector: "#accept"
navigation_goal: Click "Accept".
"""
    key_fields: ClassVar[tuple[str, ...]] = (*AGENT_KEYS, "download_suffix")
    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "navigation_goal",
        "selector",
    )

    block_type: Literal["action"]
    navigation_goal: str | None = Field(default=None, description="The action, in plain words.")
    selector: str | None = Field(
        default=None, description="Playwright selector of the element to act on."
    )
    ai_fallback: Literal["fallback", "proactive"] = Field(
        default="fallback",
        description="`fallback`: the goal is read where the selector finds nothing; `proactive`: "
        "in any case.",
    )
    complete_on_download: bool = Field(
        default=False, description="The first download completes it."
    )
    download_suffix: str | None = Field(default=None, description="New name of the download.")

    def _planner(self, context: BlockContext) -> Planner:
        """First what the selector finds, then whoever else reads the goal."""
        others = super()._planner(context)
        selector = context.rendered(self.selector or "", "selector").strip()
        if not selector or self.ai_fallback == "proactive":
            return others
        return PlannerPolicy([SelectorPlanner(selector), others])

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            navigation_goal=self.navigation_goal or "",
            complete_on_download=self.complete_on_download,
            download_suffix=self.download_suffix,
        )
