"""The ``task_v2`` block: a goal that may take several steps of different kinds."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.blocks.agent_block import AGENT_TEMPLATES, AgentBlock, Instruction
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.task_output import TaskOutput, task_output


class TaskV2Output(TaskOutput):
    """What a ``task_v2`` gives: a task's output and what came of it in words."""

    summary: str | None = None


class TaskV2Block(AgentBlock):
    """One goal in plain words, which may be to do and to read."""

    example: ClassVar[str] = """\
block_type: task_v2
label: order_history
url: https://portal.example
prompt: Go to the order history.
"""
    template_fields: ClassVar[tuple[str, ...]] = (*AGENT_TEMPLATES, "prompt")
    output_type: ClassVar[type[BaseModel]] = TaskV2Output

    block_type: Literal["task_v2"]
    prompt: str = Field(description="What to do and what to read, in plain words.")
    # The default is Skyvern's (docs/contract.md).
    max_steps: int = Field(default=25, ge=1, description="Steps until it fails.")
    max_iterations: int = Field(
        default=50,
        ge=1,
        description="Turns of its planner until it fails. A step is one, so the smaller counts.",
    )

    @property
    def step_limit(self) -> int | None:
        """See the base class; its own field stands in for the one of all agent blocks."""
        return min(self.max_steps_per_run or self.max_steps, self.max_iterations)

    def _output(
        self, request: TaskRequest, result: TaskResult, context: BlockContext
    ) -> TaskOutput:
        del context
        last = result.steps[-1].result if result.steps else None
        summary = result.failure_reason or last
        return TaskV2Output.model_validate({**task_output(request, result), "summary": summary})

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(navigation_goal=self.prompt)
