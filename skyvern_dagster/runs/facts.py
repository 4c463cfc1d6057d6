"""Everything that is known about a run: its record, what was asked for, its blocks' records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import dagster as dg

from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.run_request import RunKind, RunRequest, read_request
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.ending import UnfinishedItem, incomplete_reason, unfinished_items
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.execution.run_info import has_begun, read_run
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.process.clock import from_seconds_if_known, naive
from skyvern_dagster.runs.attempts import NextAttempt, RunAttempt, attempts_at, next_attempt
from skyvern_dagster.runs.events import last_failure
from skyvern_dagster.runs.status import FINAL, RunStatus, attempt_tags, run_status
from skyvern_dagster.workflow.loader import Workflow

_NO_REASON = "the run's process ended before the run did"


@dataclass(frozen=True)
class RunFacts:
    """A run as it stands.

    Attributes:
        record: Dagster's record, with its times.
        request: What was asked for over REST, if it was.
        records: Of its blocks, in the definition's order.
        attempts: At the run, so far.
        following: The attempt that is to follow.
    """

    run_id: str
    record: dg.RunRecord
    request: RunRequest | None
    workflow: Workflow
    parameters: dict[str, Any]
    created_at: datetime
    records: list[BlockRecord]
    status: RunStatus
    failure_reason: str | None
    attempts: list[RunAttempt]
    following: NextAttempt | None = None

    @property
    def run(self) -> dg.DagsterRun:
        """Dagster's run, with its tags and its status."""
        return self.record.dagster_run

    @property
    def kind(self) -> RunKind:
        """A task by itself, or a workflow."""
        return self.request.kind if self.request else "workflow_run"

    @property
    def organization_id(self) -> str:
        """Whose run it is."""
        return self.run.tags.get(tags.ORGANIZATION_ID, DEFAULT_ORGANIZATION_ID)

    @property
    def modified_at(self) -> datetime:
        """When Dagster last changed the record."""
        return naive(self.record.update_timestamp)

    @property
    def queued_at(self) -> datetime:
        """When it came into the instance."""
        return naive(self.record.create_timestamp)

    @property
    def started_at(self) -> datetime | None:
        """When its process began with it."""
        return from_seconds_if_known(self.record.start_time)

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""
        return from_seconds_if_known(self.record.end_time)

    @property
    def files(self) -> list[StoredFile]:
        """What it has downloaded."""
        return [file for record in self.records for file in record.outcome.files]

    @cached_property
    def by_key(self) -> dict[str, BlockRecord]:
        """The records by block key."""
        return {record.block_key: record for record in self.records}

    @property
    def steps(self) -> list[StepSummary]:
        """What its agents did, in the order of the blocks."""
        return [step for record in self.records for step in record.outcome.steps]

    @cached_property
    def unfinished(self) -> list[UnfinishedItem]:
        """What it lacks, so far; the block that ended it is among them."""
        return unfinished_items(self.workflow, self.records)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors that its tasks have reported, with their codes."""
        return list(self._errors())

    def iterations(self, loop: LoopBlock, around: str = "") -> dict[str, Any]:
        """The iterations of a loop that have begun, in order.

        Args:
            around: Path of the iteration in which the loop itself stands.

        Returns:
            Path of the iteration -> its value.
        """
        prefix = f"{around}__" if around else ""
        labels = {inner.label for inner in loop.loop_blocks}
        values: dict[str, Any] = {}
        for record in self.records:
            own = record.iteration.removeprefix(prefix)
            is_inside = record.label in labels and record.iteration.startswith(prefix)
            if is_inside and own and "__" not in own:
                values.setdefault(record.iteration, record.loop_value)
        return dict(sorted(values.items()))

    def _errors(self) -> Iterator[dict[str, Any]]:
        for record in self.records:
            yield from (record.task_output or {}).get("errors") or []


def gather(instance: dg.DagsterInstance, store: ArtifactStore, record: dg.RunRecord) -> RunFacts:
    """Puts together what is known about a run.

    Raises:
        RunError: The run isn't one of ours, or hasn't got as far as its first op.
    """
    run = record.dagster_run
    run_id = run.tags.get(tags.WORKFLOW_RUN_ID, "")
    if not has_begun(store, run_id):
        raise RunError(
            f"Dagster run {run.run_id} ({run.status.value}) has no record under "
            f"{RunKeys(run_id or '?').info}: it ended before its first op did, or its artifacts "
            "lie elsewhere"
        )
    workflow, info = read_run(store, run_id)
    records = RunRecords(store, run_id).all(workflow)
    status = run_status(run)
    return RunFacts(
        run_id=run_id,
        record=record,
        request=read_request(store, run_id),
        workflow=workflow,
        parameters=info.parameters,
        created_at=datetime.fromisoformat(info.created_at),
        records=records,
        status=status,
        failure_reason=_failure_reason(instance, run, status, workflow, records),
        attempts=attempts_at(instance, record),
        following=next_attempt(instance, store, record),
    )


def _failure_reason(
    instance: dg.DagsterInstance,
    run: dg.DagsterRun,
    status: RunStatus,
    workflow: Workflow,
    records: list[BlockRecord],
) -> str | None:
    if status == "completed":
        return incomplete_reason(unfinished_items(workflow, records))
    if status not in (*FINAL, "paused") or status == "canceled":
        return None
    own_tags = attempt_tags(run)
    block_key = own_tags.get(tags.FAILED_BLOCK)
    for record in records:
        if record.block_key == block_key and record.outcome.failure_reason:
            return record.outcome.failure_reason
    # The log before the tag, which may have been cut.
    reason = last_failure(instance, run.run_id) or own_tags.get(tags.FAILURE_REASON, "-")
    return reason if reason != "-" else _NO_REASON
