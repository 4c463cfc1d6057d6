"""The ``workflow_trigger`` block: another workflow is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import Block, BlockWarning, LeafBlock
from skyvern_dagster.blocks.child_runs import ChildRequest, ChildRun
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.rendering import is_template

MAX_DEPTH = 10
"""As Skyvern's (docs/contract.md#limits)."""


class WorkflowTriggerOutput(BaseModel):
    """The run that was started, and what came of it."""

    workflow_run_id: str | None
    workflow_permanent_id: str
    status: str
    failure_reason: str | None = None
    outputs: dict[str, Any] | None = None


class WorkflowTriggerBlock(LeafBlock):
    """Another workflow is run."""

    example: ClassVar[str] = """\
block_type: workflow_trigger
label: file_it
workflow_permanent_id: wpid_123456789012345678
payload: {total: "{{ total }}"}
"""
    template_fields: ClassVar[tuple[str, ...]] = ("workflow_permanent_id", "payload")
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {"browser_session_id"}
    kind: ClassVar[str] = "skyvern"
    output_type: ClassVar[type[BaseModel]] = WorkflowTriggerOutput

    block_type: Literal["workflow_trigger"]
    workflow_permanent_id: str = Field(
        description="Which workflow: its `wpid_...`, or a template that gives it."
    )
    payload: dict[str, Any] | None = Field(
        default=None, description="Its parameters; texts among them may be templates."
    )
    wait_for_completion: bool = Field(
        default=True, description="Whether the block ends when the other run has."
    )
    use_parent_browser_session: bool = Field(
        default=False,
        description="Whether its browser begins in the state, and on the page, of this run's.",
    )
    parameter_keys: list[str] = Field(
        default_factory=list, description="Parameters that its templates use."
    )

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """That it names no workflow."""
        if fields.get("workflow_permanent_id") == "":
            message = "'workflow_permanent_id' is empty: the block will fail"
            yield BlockWarning(("workflow_permanent_id",), message, "add the id of a workflow")

    @property
    def takes_browser_state(self) -> bool:
        """Whether the other run begins with it."""
        return self.use_parent_browser_session

    def summary(self) -> str:
        """Which workflow it runs."""
        return f"runs {self.workflow_permanent_id}"

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """Why there is no run."""
        return WorkflowTriggerOutput(
            workflow_run_id=None, workflow_permanent_id="", status="failed", failure_reason=reason
        ).model_dump(mode="json")

    def run(self, context: BlockContext) -> BlockOutcome:
        """Starts the other run, and waits for it where it is to.

        Raises:
            BlockError: There is no such workflow, it would start itself, or it can't be started.
        """
        if context.services.children is None:
            raise BlockError("runs can't be started from here")
        if len(context.triggered_by) >= MAX_DEPTH:
            raise BlockError(f"workflows start each other {MAX_DEPTH} deep, which is the limit")
        workflow = context.rendered(self.workflow_permanent_id, "workflow_permanent_id").strip()
        if not workflow:
            raise BlockError("workflow_permanent_id is empty: it says which workflow is run")
        request = ChildRequest(
            workflow=workflow,
            parameters=_rendered(self.payload or {}, context),
            parent=(context.workflow_run_id, context.block_key),
            organization_id=context.organization_id,
            trust=context.trust,
            triggered_by=(*context.triggered_by, context.workflow),
            state=context.state if self.use_parent_browser_session else None,
        )
        run = context.services.children.run(request, context.log, wait=self.wait_for_completion)
        return self._outcome(run)

    def _outcome(self, run: ChildRun) -> BlockOutcome:
        status = run.status or "running"
        output = WorkflowTriggerOutput(
            workflow_run_id=run.workflow_run_id,
            workflow_permanent_id=run.workflow_permanent_id,
            status=status,
            failure_reason=run.failure_reason,
            outputs=run.outputs,
        ).model_dump(mode="json")
        if not self.wait_for_completion or status == "completed":
            return BlockOutcome(status="completed", output=output)
        return BlockOutcome(
            status=run.status or "failed",
            output=output,
            failure_reason=f"run {run.workflow_run_id} {status}: {run.failure_reason or '-'}",
        )


def _rendered(value: Any, context: BlockContext) -> Any:
    match value:
        case dict():
            return {key: _rendered(item, context) for key, item in value.items()}
        case list():
            return [_rendered(item, context) for item in value]
        case str() if is_template(value):
            return context.value(value, "payload")
        case _:
            return value
