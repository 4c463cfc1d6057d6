"""The outward models of a run: one for workflow runs, one for tasks.

``GET /api/v1/workflows/runs/{id}``, ``GET /v1/runs/{id}``, the webhook and the command line all
say the same: the fields of the seed documents together with those of today's API (contract 1a,
1b). Their names don't collide, and clients of either ignore the other's.
"""

from __future__ import annotations

from typing import Any, Literal, assert_never

import dagster as dg
from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.runs.facts import RunFacts, gather
from skyvern_dagster.runs.links import Links, PlainLinks
from skyvern_dagster.runs.outputs import collect_outputs
from skyvern_dagster.runs.status import RunStatus
from skyvern_dagster.runs.timestamp import Timestamp
from skyvern_dagster.runs.typed_outputs import typed_outputs

SCREENSHOTS = 3
"""Final screenshots of the last three tasks (seed document)."""

OutputsShape = Literal["documented", "v2"]


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
    step_count: int = 0
    input_token_count: int = 0
    output_token_count: int = 0
    total_cost: float = Field(default=0.0, description="US dollars, as far as prices are known.")
    app_url: str | None = Field(default=None, description="The run in Dagster's UI.")
    run_request: dict[str, Any] | None = None


class WorkflowRunAnswer(RunAnswer):
    """A workflow run."""

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


class TaskAnswer(RunAnswer):
    """A task that was asked for by itself."""

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
    output: Any = Field(default=None, description="The same as extracted_information.")
    screenshot_url: str | None = Field(default=None, description="The final page.")
    action_screenshot_urls: list[str] | None = Field(
        default=None, description="The pages after the latest three actions, newest first."
    )
    screenshot_urls: list[str] | None = None
    max_steps_per_run: int | None = None
    workflow_run_id: str | None = Field(
        default=None, description="Of a task inside a workflow: the run."
    )


def build_answer(
    instance: dg.DagsterInstance, store: ArtifactStore, run: dg.DagsterRun
) -> WorkflowRunAnswer:
    """The answer for a workflow run, with links for the people of this machine.

    Raises:
        RunError: The run isn't one of ours, or hasn't got as far as its first op.
    """
    record = instance.get_run_record_by_id(run.run_id)
    if record is None:
        raise RunError(f"Dagster run {run.run_id} has vanished from the instance")
    return workflow_run_answer(gather(instance, store, record), PlainLinks(store))


def answer(facts: RunFacts, links: Links, shape: OutputsShape = "documented") -> RunAnswer:
    """The answer for a run of either kind."""
    match facts.kind:
        case "task":
            return task_answer(facts, links)
        case "workflow_run":
            return workflow_run_answer(facts, links, shape)
        case _:
            assert_never(facts.kind)


def workflow_run_answer(
    facts: RunFacts, links: Links, shape: OutputsShape = "documented"
) -> WorkflowRunAnswer:
    """The answer for a workflow run."""
    outputs = _outputs(facts, links, shape)
    return WorkflowRunAnswer(
        **_common(facts, links),
        workflow_id=facts.workflow.workflow_permanent_id,
        workflow_permanent_id=facts.workflow.workflow_permanent_id,
        workflow_run_id=facts.run_id,
        workflow_title=facts.workflow.definition.title,
        parameters=facts.parameters,
        screenshot_urls=_last_screenshots(facts.records, links),
        outputs=outputs,
        output={**outputs, "extracted_information": _extracted(facts.records)},
        retried_from_workflow_run_id=facts.request.retried_from if facts.request else None,
    )


def task_answer(facts: RunFacts, links: Links) -> TaskAnswer:
    """The answer for a task that was asked for by itself."""
    extracted = next(iter(_extracted(facts.records)), None)
    pictures = _action_screenshots(facts, links)
    return TaskAnswer(
        **_common(facts, links),
        task_id=facts.run_id,
        request=facts.request.body if facts.request else {},
        extracted_information=extracted,
        output=extracted,
        screenshot_url=next(iter(_last_screenshots(facts.records, links)), None),
        action_screenshot_urls=pictures,
        screenshot_urls=pictures,
        max_steps_per_run=facts.request.max_steps if facts.request else None,
    )


def downloads(records: list[BlockRecord]) -> list[StoredFile]:
    """The files that a run has downloaded."""
    return [file for record in records for file in record.outcome.files]


def _common(facts: RunFacts, links: Links) -> dict[str, Any]:
    source = facts.request or facts.workflow.definition
    files = [_file(file, links) for file in facts.files]
    return {
        "run_id": facts.run_id,
        "status": facts.status,
        "failure_reason": facts.failure_reason,
        "webhook_callback_url": source.webhook_callback_url,
        "totp_verification_url": source.totp_verification_url,
        "totp_identifier": source.totp_identifier,
        "proxy_location": source.proxy_location,
        "created_at": facts.created_at,
        "modified_at": facts.modified_at,
        "queued_at": facts.queued_at,
        "started_at": facts.started_at,
        "finished_at": facts.finished_at,
        "recording_url": _recording(facts.records, links),
        "downloaded_files": files,
        "downloaded_file_urls": [file.url for file in files],
        "errors": facts.errors,
        "step_count": len(facts.steps),
        "input_token_count": sum(step.input_tokens for step in facts.steps),
        "output_token_count": sum(step.output_tokens for step in facts.steps),
        "total_cost": round(sum(step.cost_usd for step in facts.steps), 6),
        "run_request": _run_request(facts),
    }


def _run_request(facts: RunFacts) -> dict[str, Any]:
    """What was asked for, under today's names, whichever generation's were used."""
    asked = facts.request
    body = dict(asked.body) if asked else {}
    found = {
        "title": body.get("title"),
        "url": body.get("url"),
        "proxy_location": body.get("proxy_location"),
        "webhook_url": asked.webhook_callback_url if asked else None,
        "totp_url": asked.totp_verification_url if asked else None,
        "totp_identifier": asked.totp_identifier if asked else None,
    }
    if facts.kind == "task":
        goals = (body.get("prompt"), body.get("navigation_goal"), body.get("data_extraction_goal"))
        prompt = next((goal for goal in goals if goal), "")
        schema = body.get("data_extraction_schema") or body.get("extracted_information_schema")
        return {
            **found,
            "prompt": prompt,
            "data_extraction_schema": schema,
            "error_code_mapping": body.get("error_code_mapping"),
            "max_steps": asked.max_steps if asked else None,
        }
    wpid = facts.workflow.workflow_permanent_id
    return {**found, "workflow_id": wpid, "agent_id": wpid, "parameters": facts.parameters}


def _outputs(facts: RunFacts, links: Links, shape: OutputsShape) -> dict[str, Any]:
    match shape:
        case "documented":
            created_at = facts.created_at.isoformat()
            return collect_outputs(facts.workflow, facts.records, created_at)
        case "v2":
            entries = typed_outputs(facts, links)
            return {label: entry.model_dump(mode="json") for label, entry in entries.items()}
        case _:
            assert_never(shape)


def _file(file: StoredFile, links: Links) -> FileAnswer:
    return FileAnswer(
        url=links.artifact(file.key, file.filename),
        checksum=file.sha256,
        filename=file.filename,
        file_size=file.size,
        artifact_id=links.artifact_id(file.key),
    )


def _extracted(records: list[BlockRecord]) -> list[Any]:
    outputs = [record.outcome.output for record in records if record.block_type == "task"]
    found = [output.get("extracted_information") for output in outputs if isinstance(output, dict)]
    return [each for each in found if each is not None]


def _last_screenshots(records: list[BlockRecord], links: Links) -> list[str]:
    taken = sorted(
        (record for record in records if record.outcome.screenshot),
        key=lambda record: record.finished_at,
    )
    newest = [str(record.outcome.screenshot) for record in reversed(taken[-SCREENSHOTS:])]
    return [links.artifact(key) for key in newest]


def _action_screenshots(facts: RunFacts, links: Links) -> list[str]:
    taken = [step.screenshot for step in facts.steps if step.screenshot]
    return [links.artifact(key) for key in reversed(taken[-SCREENSHOTS:])]


def _recording(records: list[BlockRecord], links: Links) -> str | None:
    recorded = [record for record in records if record.outcome.recording]
    return links.artifact(str(recorded[-1].outcome.recording)) if recorded else None
