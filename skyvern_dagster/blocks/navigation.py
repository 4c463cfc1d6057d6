"""The ``navigation`` block: something to do in the browser."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from skyvern_dagster.blocks.agent_block import (
    AGENT_KEYS,
    AGENT_TEMPLATES,
    AgentBlock,
    Instruction,
)


class NavigationBlock(AgentBlock):
    """Does something in the browser: clicks through pages, fills forms."""

    example: ClassVar[str] = """\
block_type: navigation
label: open_orders
navigation_goal: Go to the order history.
"""
    key_fields: ClassVar[tuple[str, ...]] = (*AGENT_KEYS, "download_suffix")
    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "navigation_goal",
        "complete_criterion",
        "terminate_criterion",
    )
    inert_fields: ClassVar[frozenset[str]] = AgentBlock.inert_fields | {
        "complete_criterion_is_untrusted"
    }

    block_type: Literal["navigation"]
    navigation_goal: str = Field(description="What to do, in plain words.")
    complete_on_download: bool = Field(
        default=False, description="The first download completes it."
    )
    download_suffix: str | None = Field(default=None, description="New name of the download.")
    complete_criterion: str | None = Field(
        default=None, description="When it is done; a language model judges it."
    )
    terminate_criterion: str | None = Field(
        default=None, description="When it can't be done; a language model judges it."
    )

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            navigation_goal=self.navigation_goal,
            complete_on_download=self.complete_on_download,
            download_suffix=self.download_suffix,
            complete_criterion=self.complete_criterion or "",
            terminate_criterion=self.terminate_criterion or "",
        )
