"""The one outward model of a run: what ``GET /workflows/runs/{workflow_run_id}`` says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster import tags
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.union import Block
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution.collecting import output_parameter
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.runs.events import last_failure
from skyvern_dagster.runs.status import FINAL, RunStatus, attempt_tags, run_status
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow, load_text

_NO_REASON = "the run's process ended before the run did"

SCREENSHOTS = 3
"""Final screenshots of the last three tasks (seed document)."""


class WorkflowRunAnswer(BaseModel):
    """Fields in the order of the documents; timestamps are naive UTC."""

    model_config = ConfigDict(frozen=True)

    workflow_id: str = Field(description="The workflow's permanent id (wpid_...).")
    workflow_run_id: str
    status: RunStatus
    failure_reason: str | None = None
    proxy_location: str | None = None
    webhook_callback_url: str | None = None
    totp_verification_url: str | None = None
    totp_identifier: str | None = None
    created_at: datetime
    modified_at: datetime
    parameters: dict[str, Any]
    screenshot_urls: list[str] | None = None
    recording_url: str | None = None
    downloaded_file_urls: list[str] | None = None
    outputs: dict[str, Any] | None = None


def build_answer(
    instance: dg.DagsterInstance, store: ArtifactStore, run: dg.DagsterRun
) -> WorkflowRunAnswer:
    """The answer for a run, from its record, its tags and the artifact store.

    Raises:
        RunError: The run isn't one of ours, or hasn't got as far as its first op.
    """
    run_id = run.tags.get(tags.WORKFLOW_RUN_ID, "")
    info_key = f"runs/{run_id}/run.json"
    if not run_id or not store.exists(info_key):
        raise RunError(
            f"Dagster run {run.run_id} ({run.status.value}) has no record under {info_key}: it "
            "ended before its first op did, or its artifacts lie elsewhere"
        )
    info = store.read_json(info_key)
    workflow = run_workflow(store, run_id, str(info["workflow"]))
    definition = workflow.definition
    records = collect_records(store, run_id, workflow)
    status = run_status(run)
    return WorkflowRunAnswer(
        workflow_id=workflow.workflow_permanent_id,
        workflow_run_id=run_id,
        status=status,
        failure_reason=_failure_reason(instance, run, status, records),
        proxy_location=definition.proxy_location,
        webhook_callback_url=definition.webhook_callback_url,
        totp_verification_url=definition.totp_verification_url,
        totp_identifier=definition.totp_identifier,
        created_at=datetime.fromisoformat(info["created_at"]),
        modified_at=_modified_at(instance, run, info["created_at"]),
        parameters=info["parameters"],
        screenshot_urls=_screenshots(records, store),
        recording_url=_recording(records, store),
        downloaded_file_urls=[store.url(file.key) for file in downloads(records)],
        outputs=collect_outputs(workflow, records, str(info["created_at"])),
    )


def run_workflow(store: ArtifactStore, workflow_run_id: str, name: str) -> Workflow:
    """The definition that a run was started with."""
    key = f"runs/{workflow_run_id}/workflow.yaml"
    return load_text(store.read(key).decode(), source=store.url(key), name=name)


def collect_records(store: ArtifactStore, run_id: str, workflow: Workflow) -> list[BlockRecord]:
    """All block records of a run, loops after their iterations, in the definition's order."""
    reader = RunRecords(store, run_id)
    found: list[BlockRecord] = []
    for block in walk(workflow.definition.blocks):
        found += sorted(reader.iterations(block.label), key=lambda each: each.iteration)
        own = reader.read(block.label)
        if own is not None:
            found.append(own)
    return found


def downloads(records: list[BlockRecord]) -> list[StoredFile]:
    """The files that a run has downloaded."""
    return [file for record in records for file in record.outcome.files]


def collect_outputs(
    workflow: Workflow, records: list[BlockRecord], created_at: str
) -> dict[str, Any]:
    """Outputs by ``<label>_output`` in the order of contract 3b; of a loop what there is yet."""
    outputs: dict[str, Any] = {}
    for block in walk(workflow.definition.blocks):
        last = [record for record in records if record.label == block.label]
        if last:
            outputs[f"{block.label}_output"] = last[-1].outcome.output
        elif isinstance(block, ForLoopBlock):
            partial = _partial_loop(block, workflow, records, created_at)
            if partial:
                outputs[f"{block.label}_output"] = partial
    return outputs


def _partial_loop(
    loop: ForLoopBlock, workflow: Workflow, records: list[BlockRecord], created_at: str
) -> list[list[dict[str, Any]]]:
    """What a loop that hasn't been collected has given so far."""
    body: list[Block] = list(loop.loop_blocks)
    labels = [block.label for block in body]
    inside = [record for record in records if record.label in labels and record.iteration]
    # A nested loop has one output per iteration of the outer one: the last of them counts.
    around = max((_around(record) for record in inside), default="")
    inside = [record for record in inside if _around(record) == around]
    iterations: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(inside, key=lambda each: (each.iteration, labels.index(each.label))):
        iterations.setdefault(record.iteration, []).append(
            {
                "loop_value": record.loop_value,
                "output_parameter": output_parameter(workflow, record.label, created_at),
                "output_value": record.outcome.output,
            }
        )
    return list(iterations.values())


def _around(record: BlockRecord) -> str:
    """Path of the iteration in which the record's own loop stands."""
    return record.iteration.rpartition("__")[0]


def _failure_reason(
    instance: dg.DagsterInstance, run: dg.DagsterRun, status: RunStatus, records: list[BlockRecord]
) -> str | None:
    if status not in FINAL or status in ("completed", "canceled"):
        return None
    found = attempt_tags(run)
    block_key = found.get(tags.FAILED_BLOCK)
    for record in records:
        if record.block_key == block_key and record.outcome.failure_reason:
            return record.outcome.failure_reason
    # The log before the tag, which may have been cut.
    reason = last_failure(instance, run.run_id) or found.get(tags.FAILURE_REASON, "-")
    return reason if reason != "-" else _NO_REASON


def _screenshots(records: list[BlockRecord], store: ArtifactStore) -> list[str]:
    taken = sorted(
        (record for record in records if record.outcome.screenshot),
        key=lambda record: record.finished_at,
    )
    return [store.url(str(record.outcome.screenshot)) for record in reversed(taken[-SCREENSHOTS:])]


def _recording(records: list[BlockRecord], store: ArtifactStore) -> str | None:
    recorded = [record for record in records if record.outcome.recording]
    return store.url(str(recorded[-1].outcome.recording)) if recorded else None


def _modified_at(instance: dg.DagsterInstance, run: dg.DagsterRun, created_at: str) -> datetime:
    record = instance.get_run_record_by_id(run.run_id)
    if record is None:
        return datetime.fromisoformat(created_at)
    return record.update_timestamp.astimezone(UTC).replace(tzinfo=None)
