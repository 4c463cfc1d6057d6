"""The ``terminate`` block: the run ends here, as ``terminated``."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field, StringConstraints

from skyvern_dagster.blocks.block import LeafBlock, first_sentence
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome


class TerminateOutput(BaseModel):
    """Why the run ended, and the codes of that."""

    status: str = "terminated"
    failure_reason: str
    errors: list[dict[str, Any]] = Field(default_factory=list)


class TerminateBlock(LeafBlock):
    """Ends the run as `terminated`, with a reason."""

    example: ClassVar[str] = """\
block_type: terminate
label: stop
reason: There is nothing for {{ month }}.
error_code: NOTHING_THERE
"""
    template_fields: ClassVar[tuple[str, ...]] = ("reason", "error_code")
    kind: ClassVar[str] = "terminate"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = TerminateOutput

    block_type: Literal["terminate"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = Field(
        description="Why the run ends here."
    )
    error_code: str | None = Field(default=None, description="Code by which others know it.")

    def describe(self) -> str:
        """Why it ends the run."""
        return f"Ends the run: {self.reason}"

    def summary(self) -> str:
        """Why it ends the run."""
        return f"ends the run: {first_sentence(self.reason)}"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Ends the run.

        Raises:
            BlockError: The reason can't be rendered.
        """
        reason = context.rendered(self.reason, "reason").strip() or "the definition ended the run"
        code = context.rendered(self.error_code or "", "error_code").strip()
        errors = [{"error_code": code, "reasoning": reason, "confidence_float": 1.0}]
        output = TerminateOutput(failure_reason=reason, errors=errors if code else [])
        context.log(f"terminated: {reason}")
        return BlockOutcome(
            status="terminated", output=output.model_dump(mode="json"), failure_reason=reason
        )
