"""The ``login`` block: into a portal, with a credential."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from skyvern_dagster.blocks.agent_block import AGENT_TEMPLATES, AgentBlock, Instruction
from skyvern_dagster.blocks.context import BlockContext

DEFAULT_GOAL = "Log in with the credentials."
"""What a login without words of its own is to do."""


class LoginBlock(AgentBlock):
    """Logs in, with the credential among its ``parameter_keys``; no model is needed for that."""

    example: ClassVar[str] = """\
block_type: login
label: log_in
url: https://portal.example/login
parameter_keys: [account]
"""
    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "navigation_goal",
        "complete_criterion",
        "terminate_criterion",
    )

    block_type: Literal["login"]
    navigation_goal: str | None = Field(
        default=None, description="What to do beside logging in, in plain words."
    )
    complete_criterion: str | None = Field(
        default=None, description="When it is done; a language model judges it."
    )
    terminate_criterion: str | None = Field(
        default=None, description="When it can't be done; a language model judges it."
    )

    skip_saved_profile: bool = Field(
        default=False,
        description="Whether it logs in with a clean browser, where the run has begun with a "
        "browser profile and no page is open yet.",
    )

    def _state(self, context: BlockContext) -> str | None:
        is_profile = context.state is not None and not context.has_page
        return None if self.skip_saved_profile and is_profile else context.state

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            navigation_goal=self.navigation_goal or DEFAULT_GOAL,
            complete_criterion=self.complete_criterion or "",
            terminate_criterion=self.terminate_criterion or "",
        )
