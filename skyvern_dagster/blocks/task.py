"""The ``task`` block: one instruction to a browser, with all that an agent can be asked."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from skyvern_dagster.blocks.agent_block import (
    AGENT_KEYS,
    AGENT_TEMPLATES,
    AgentBlock,
    Instruction,
    is_schema,
)


class TaskBlock(AgentBlock):
    """One instruction to a browser: what to do, what to read, or both (docs/contract.md#task)."""

    example: ClassVar[str] = """\
block_type: task
label: find_orders
url: "{{ website_url }}"
navigation_goal: Go to the order history.
data_extraction_goal: Read the numbers of all orders.
data_schema: {orders: [{order_id: string}]}
"""
    key_fields: ClassVar[tuple[str, ...]] = (*AGENT_KEYS, "download_suffix")
    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "navigation_goal",
        "data_extraction_goal",
        "complete_criterion",
        "terminate_criterion",
    )

    block_type: Literal["task"]
    navigation_goal: str | None = Field(default=None, description="What to do, in plain words.")
    data_extraction_goal: str | None = Field(default=None, description="What to read.")
    data_schema: dict[str, Any] | list[Any] | str | None = Field(
        default=None, description="JSON Schema of what to read."
    )
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

    _is_schema = field_validator("data_schema", mode="before")(is_schema)

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            navigation_goal=self.navigation_goal or "",
            data_extraction_goal=self.data_extraction_goal or "",
            data_schema=self.data_schema,
            complete_on_download=self.complete_on_download,
            download_suffix=self.download_suffix,
            complete_criterion=self.complete_criterion or "",
            terminate_criterion=self.terminate_criterion or "",
        )
