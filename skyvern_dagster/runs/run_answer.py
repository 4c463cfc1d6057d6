"""The outward models of a run: one for workflow runs, one for tasks.

``GET /api/v1/workflows/runs/{id}``, ``GET /v1/runs/{id}``, the webhook and the command line all
say the same: the fields of 2024 together with those of today (docs/contract.md#fields-of-answers).
Their names don't collide, and clients of either ignore the other's.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.execution.ending import UnfinishedItem
from skyvern_dagster.runs.attempts import RunAttempt
from skyvern_dagster.runs.status import RunStatus
from skyvern_dagster.runs.timestamp import Timestamp


class FileAnswer(BaseModel):
    """A downloaded file, as today's clients know it."""

    url: str = Field(description="A link that expires.")
    checksum: str = Field(description="SHA-256, hexadecimal.")
    filename: str
    file_size: int = Field(description="Bytes.")
    modified_at: Timestamp | None = None
    artifact_id: str | None = None


class RunAnswer(BaseModel):
    """What tasks and workflow runs have in common; timestamps are naive UTC."""

    model_config = ConfigDict(frozen=True)

    run_id: str = Field(description="tsk_... for a task, wr_... for a workflow run.")
    status: RunStatus
    failure_reason: str | None = None
    webhook_callback_url: str | None = None
    totp_verification_url: str | None = None
    totp_identifier: str | None = None
    proxy_location: Any = None
    created_at: Timestamp
    modified_at: Timestamp
    queued_at: Timestamp | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    recording_url: str | None = None
    downloaded_files: list[FileAnswer] | None = None
    downloaded_file_urls: list[str] | None = None
    errors: list[dict[str, Any]] = Field(default_factory=list)
    unfinished_items: list[UnfinishedItem] = Field(
        default_factory=list,
        description="Blocks and loop items that failed or terminated and that the definition puts "
        "up with. What a completed run lacks are those that aren't foreseen by an error code.",
    )
    step_count: int = 0
    input_token_count: int = 0
    output_token_count: int = 0
    total_cost: float = Field(default=0.0, description="US dollars, as far as prices are known.")
    app_url: str | None = Field(default=None, description="The run in Dagster's UI.")
    run_request: dict[str, Any] | None = None


class WorkflowRunAnswer(RunAnswer):
    """What is answered for a workflow run (docs/contract.md#workflow-run-answer)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_id": "wr_599884124501972992",
                    "workflow_run_id": "wr_599884124501972992",
                    "run_type": "workflow_run",
                    "workflow_id": "wpid_599890932675196928",
                    "workflow_permanent_id": "wpid_599890932675196928",
                    "workflow_title": "Invoice retrieval",
                    "status": "completed",
                    "created_at": "2024-05-16T08:35:24.920793",
                    "modified_at": "2024-05-16T08:42:32.568908",
                    "parameters": {
                        "website_url": "https://shop.example.com",
                        "invoice_retrieval_start_date": "2024-04-15",
                    },
                    "screenshot_urls": ["https://skyvern.example.com/artifacts/a_1/screenshot.jpg"],
                    "outputs": {
                        "login_output": {
                            "task_id": "tsk_599884200422127622",
                            "status": "completed",
                            "extracted_information": None,
                            "failure_reason": None,
                            "errors": [],
                        }
                    },
                }
            ]
        }
    )

    run_type: Literal["workflow_run"] = "workflow_run"
    workflow_id: str = Field(description="The workflow's permanent id (wpid_...).")
    workflow_permanent_id: str
    workflow_run_id: str
    workflow_title: str
    parameters: dict[str, Any]
    screenshot_urls: list[str] | None = Field(
        default=None, description="The last screenshots of the last three tasks, newest first."
    )
    outputs: dict[str, Any] | None = Field(
        default=None, description="<label>_output -> what the block gave; see outputs=v2."
    )
    output: dict[str, Any] | None = Field(
        default=None, description="outputs, and all extracted_information as a list."
    )
    retried_from_workflow_run_id: str | None = None
    attempt: int = Field(default=1, description="The current attempt at the run, from 1.")
    attempts: list[RunAttempt] = Field(default_factory=list, description="All, oldest first.")
    retry_pending: bool = Field(
        default=False, description="Whether another attempt is to be made (retry_policy)."
    )
    next_attempt_at: Timestamp | None = None


class TaskAnswer(RunAnswer):
    """What is answered for a task (docs/contract.md#task-answer)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_id": "tsk_599890842480883712",
                    "task_id": "tsk_599890842480883712",
                    "run_type": "task_v1",
                    "status": "completed",
                    "created_at": "2022-11-22T22:55:55.000000",
                    "modified_at": "2022-11-22T22:56:31.000000",
                    "request": {"url": "https://shop.example.com", "navigation_goal": "Log in"},
                    "extracted_information": {"price": "$100.0"},
                    "output": {"price": "$100.0"},
                    "screenshot_url": "https://skyvern.example.com/artifacts/a_1/screenshot.jpg",
                }
            ]
        }
    )

    run_type: Literal["task_v1"] = "task_v1"
    task_id: str
    request: dict[str, Any] = Field(description="What was asked for.")
    extracted_information: Any = None
    output: Any = Field(
        default=None,
        description="The same as extracted_information; of a bare number or yes/no its `value`.",
    )
    screenshot_url: str | None = Field(default=None, description="The final page.")
    action_screenshot_urls: list[str] | None = Field(
        default=None, description="The pages after the latest three actions, newest first."
    )
    screenshot_urls: list[str] | None = None
    max_steps_per_run: int | None = None
    workflow_run_id: str | None = Field(
        default=None, description="Of a task inside a workflow: the run."
    )
