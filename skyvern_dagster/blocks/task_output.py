"""What a task gives to its block, to later blocks and to the answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.blocks.outcome import BlockOutcome


class TaskOutput(BaseModel):
    """What a task gives to later blocks and to the answer (docs/contract.md#outputs)."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    status: str
    extracted_information: Any = None
    failure_reason: str | None = None
    errors: list[dict[str, Any]] = Field(default_factory=list)


def task_output(request: TaskRequest, result: TaskResult) -> dict[str, Any]:
    """The fields of the output that every task has."""
    return {
        "task_id": request.task_id,
        "status": result.status,
        "extracted_information": result.extracted_information,
        "failure_reason": result.failure_reason,
        "errors": [dict(error) for error in result.errors],
    }


def outcome_of(result: TaskResult, output: Any) -> BlockOutcome:
    """How a block ended whose work a task was."""
    return BlockOutcome(
        status=result.status,
        output=output,
        failure_reason=result.failure_reason,
        retryable=result.status == "failed" and result.retryable,
        infrastructure=result.infrastructure,
        files=result.files,
        steps=result.steps,
        screenshot=result.screenshot,
        trace=result.trace,
        recording=result.recording,
        state=result.state,
        details=result.details,
    )
