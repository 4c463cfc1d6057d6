"""The ``validation`` block: whether a page, or what is known, is as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from skyvern_dagster.blocks.agent_block import AGENT_TEMPLATES, AgentBlock, Instruction
from skyvern_dagster.blocks.block import ModelUse


class ValidationBlock(AgentBlock):
    """Judges criteria in plain words: goes on, or ends in `terminated`."""

    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "complete_criterion",
        "terminate_criterion",
    )

    block_type: Literal["validation"]
    complete_criterion: str | None = Field(default=None, description="What has to hold.")
    terminate_criterion: str | None = Field(default=None, description="What must not hold.")
    without_page_information: bool = Field(
        default=False, description="Judge the parameters only; no page is looked at."
    )

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """It judges what is said in plain words."""
        del fields
        return ModelUse("judges its criteria")

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            complete_criterion=self.complete_criterion or "",
            terminate_criterion=self.terminate_criterion or "",
        )

    def describe(self) -> str:
        """What it judges."""
        holds = f"Goes on if: {self.complete_criterion}" if self.complete_criterion else ""
        ends = f"Terminates if: {self.terminate_criterion}" if self.terminate_criterion else ""
        return "\n\n".join(filter(None, (holds, ends))) or "Goes on."

    def summary(self) -> str:
        """What it judges."""
        return f"checks: {self.complete_criterion or self.terminate_criterion or 'nothing'}"
