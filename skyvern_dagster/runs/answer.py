"""The answer for a run, from all that is known about it."""

from __future__ import annotations

from typing import Any, Literal, assert_never

import dagster as dg

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.runs.attempts import told_attempts
from skyvern_dagster.runs.facts import RunFacts, gather
from skyvern_dagster.runs.links import Links, PlainLinks
from skyvern_dagster.runs.outputs import collect_outputs
from skyvern_dagster.runs.run_answer import FileAnswer, RunAnswer, TaskAnswer, WorkflowRunAnswer
from skyvern_dagster.runs.typed_outputs import typed_outputs

SCREENSHOTS = 3
"""Final screenshots of the last three tasks (docs/contract.md#workflow-run-answer)."""

OutputsShape = Literal["documented", "v2"]


def build_answer(
    instance: dg.DagsterInstance, store: ArtifactStore, run: dg.DagsterRun
) -> WorkflowRunAnswer:
    """The answer for a workflow run, with links for the people of this machine.

    Raises:
        RunError: The run isn't one of ours, or hasn't got as far as its first op.
    """
    facts = gather(instance, store, _record(instance, run))
    return workflow_run_answer(facts, PlainLinks(store))


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
    """What is answered for a workflow run, with its outputs in one of the two shapes."""
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
        attempt=len(facts.attempts),
        attempts=told_attempts(facts.attempts, facts.following),
        retry_pending=facts.following is not None,
        next_attempt_at=facts.following.due if facts.following is not None else None,
    )


def task_answer(facts: RunFacts, links: Links) -> TaskAnswer:
    """The answer for a task that was asked for by itself."""
    return TaskAnswer(
        **_common(facts, links),
        **task_results(facts, links),
        task_id=facts.run_id,
        request=facts.request.body if facts.request else {},
        max_steps_per_run=facts.request.max_steps if facts.request else None,
    )


def task_results(facts: RunFacts, links: Links) -> dict[str, Any]:
    """What a task has read, and what it saw; the facts hold no other task's records."""
    extracted = next(iter(_extracted(facts.records)), None)
    pictures = _action_screenshots(facts, links)
    return {
        "extracted_information": extracted,
        "output": _as_output(extracted),
        "screenshot_url": next(iter(_last_screenshots(facts.records, links)), None),
        "action_screenshot_urls": pictures,
        "screenshot_urls": pictures,
    }


def _as_output(extracted: Any) -> Any:
    """What was extracted as today's clients read it: they know no bare number (contract, Tasks)."""
    readable = extracted is None or isinstance(extracted, dict | list | str)
    return extracted if readable else {"value": extracted}


def work_done(facts: RunFacts, links: Links) -> dict[str, Any]:
    """What the run's tasks have left behind, and what they cost."""
    files = [_file(file, links) for file in facts.files]
    return {
        "recording_url": _recording(facts.records, links),
        "downloaded_files": files,
        "downloaded_file_urls": [file.url for file in files],
        "errors": facts.errors,
        "unfinished_items": facts.unfinished,
        "step_count": len(facts.steps),
        "input_token_count": sum(step.input_tokens for step in facts.steps),
        "output_token_count": sum(step.output_tokens for step in facts.steps),
        "total_cost": round(sum(step.cost_usd for step in facts.steps), 6),
        "app_url": links.run_page(facts.run.run_id),
    }


def answer_body(
    instance: dg.DagsterInstance,
    store: ArtifactStore,
    links: Links,
    run: dg.DagsterRun,
    shape: OutputsShape = "documented",
) -> bytes:
    """The body of a run's webhook: what ``GET`` answers for it.

    Raises:
        RunError: There is nothing to answer yet.
    """
    body = answer(gather(instance, store, _record(instance, run)), links, shape)
    return body.model_dump_json().encode()


def downloads(records: list[BlockRecord]) -> list[StoredFile]:
    """The files that a run has downloaded."""
    return [file for record in records for file in record.outcome.files]


def _record(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.RunRecord:
    record = instance.get_run_record_by_id(run.run_id)
    if record is None:
        raise RunError(f"Dagster run {run.run_id} has vanished from the instance")
    return record


def _common(facts: RunFacts, links: Links) -> dict[str, Any]:
    source = facts.request or facts.workflow.definition
    return {
        **work_done(facts, links),
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
        "run_request": _run_request(facts),
    }


def _run_request(facts: RunFacts) -> dict[str, Any]:
    """What was asked for, under today's names, whichever generation's were used."""
    asked = facts.request
    body = dict(asked.body) if asked else {}
    common = {
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
            **common,
            "prompt": prompt,
            "data_extraction_schema": schema,
            "error_code_mapping": body.get("error_code_mapping"),
            "max_steps": asked.max_steps if asked else None,
        }
    wpid = facts.workflow.workflow_permanent_id
    return {**common, "workflow_id": wpid, "agent_id": wpid, "parameters": facts.parameters}


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
    outputs = [record.task_output for record in records]
    read = [output.get("extracted_information") for output in outputs if output is not None]
    return [each for each in read if each is not None]


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
