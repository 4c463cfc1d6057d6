"""The ``workflow_trigger`` block: another workflow is run."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import Block, LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class WorkflowTriggerOutput(BaseModel):
    """The run that was started, and what came of it."""

    workflow_run_id: str | None
    workflow_permanent_id: str
    status: str
    failure_reason: str | None = None
    outputs: dict[str, Any] | None = None


class WorkflowTriggerBlock(LeafBlock):
    """Another workflow is run."""

    template_fields: ClassVar[tuple[str, ...]] = (
        "workflow_permanent_id", "payload", "browser_session_id",
    )  # fmt: skip
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {
        "browser_session_id", "use_parent_browser_session",
    }  # fmt: skip
    kind: ClassVar[str] = "skyvern"
    output_type: ClassVar[type[BaseModel]] = WorkflowTriggerOutput

    block_type: Literal["workflow_trigger"]
    workflow_permanent_id: str = Field(
        min_length=1, description="Which workflow: its `wpid_...`, or a template that gives it."
    )
    payload: dict[str, Any] | None = Field(
        default=None, description="Its parameters; texts among them may be templates."
    )
    wait_for_completion: bool = Field(
        default=True, description="Whether the block ends when the other run has."
    )
    browser_session_id: str | None = None
    use_parent_browser_session: bool = False
    parameter_keys: list[str] = Field(
        default_factory=list, description="Parameters that its templates use."
    )

    def summary(self) -> str:
        """Which workflow it runs."""
        return f"runs {self.workflow_permanent_id}"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Starts the other run, and waits for it where it is to.

        Raises:
            BlockError: There is no such workflow, or it can't be started.
        """
        raise BlockError("workflow_trigger isn't there yet")
