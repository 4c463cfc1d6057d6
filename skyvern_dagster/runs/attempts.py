"""The attempts at a run, and whether there is to be another one (``retry_policy``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import dagster as dg
from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import has_begun, read_run
from skyvern_dagster.process.clock import from_seconds_if_known, utc_now
from skyvern_dagster.runs.status import FINAL, RunStatus, attempt_tags, run_status
from skyvern_dagster.runs.timestamp import Timestamp
from skyvern_dagster.workflow.run_retries import RunRetryPolicy

_FORGOTTEN = timedelta(hours=1)
"""After so long, nobody makes an attempt that was due: the process that would have is gone."""


class RunAttempt(BaseModel):
    """One attempt at a run, as clients know it."""

    model_config = ConfigDict(frozen=True)

    attempt: int = Field(description="From 1.")
    status: RunStatus
    failure_reason: str | None = None
    error_codes: list[str] = Field(default_factory=list)
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    retry_decision: Literal["retry", "final"] | None = Field(
        default=None, description="Whether another attempt followed, or is to; null as it goes on."
    )
    next_attempt_at: Timestamp | None = None


class NextAttempt(NamedTuple):
    """An attempt that is to be made.

    Attributes:
        due: When; naive UTC.
        tells_each: Whether the webhook tells of the attempt before it.
    """

    due: datetime
    tells_each: bool


def attempts_at(instance: dg.DagsterInstance, record: dg.RunRecord) -> list[RunAttempt]:
    """The attempts at a run so far, oldest first; a pause is none's end."""
    run = record.dagster_run
    records = [record]
    if run.parent_run_id is not None:
        wanted = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run.tags.get(tags.WORKFLOW_RUN_ID, "")})
        found = instance.get_run_records(filters=wanted, ascending=True)
        own = next((i for i, each in enumerate(found) if each.dagster_run.run_id == run.run_id), 0)
        records = [each for each in found[:own] if run_status(each.dagster_run) != "paused"]
        records.append(record)
    return [_attempt(number, each) for number, each in enumerate(records, start=1)]


def next_attempt(
    instance: dg.DagsterInstance, store: ArtifactStore, record: dg.RunRecord
) -> NextAttempt | None:
    """The attempt that is to follow one that has ended; ``None`` where none is."""
    run = record.dagster_run
    if run.tags.get(tags.RETRY) != "pending" or run_status(run) not in FINAL:
        return None
    if run.tags.get(tags.ATTEMPT) != run.run_id:  # the tag is the attempt's before it
        return None
    run_id = run.tags.get(tags.WORKFLOW_RUN_ID, "")
    if not has_begun(store, run_id):
        return None
    workflow, _ = read_run(store, run_id)
    policy = workflow.definition.workflow_definition.retry_policy
    if policy is None:
        return None
    return _next_of(policy, attempts_at(instance, record))


def _next_of(policy: RunRetryPolicy, attempts: Sequence[RunAttempt]) -> NextAttempt | None:
    last = attempts[-1]
    if last.finished_at is None:
        return None
    if not policy.asks_for_retry(last.status, last.error_codes, len(attempts)):
        return None
    due = last.finished_at + timedelta(seconds=policy.delay_seconds)
    if utc_now() > due + _FORGOTTEN:
        return None
    return NextAttempt(due, policy.webhook_on_retry == "every_attempt")


def told_attempts(
    attempts: Sequence[RunAttempt], following: NextAttempt | None
) -> list[RunAttempt]:
    """Attempts with what was decided after each."""
    told = [each.model_copy(update={"retry_decision": "retry"}) for each in attempts[:-1]]
    last = attempts[-1]
    changes: dict[str, Any] = {}
    if following is not None:
        changes = {"retry_decision": "retry", "next_attempt_at": following.due}
    elif last.status in FINAL:
        changes = {"retry_decision": "final"}
    return [*told, last.model_copy(update=changes)]


def _attempt(number: int, record: dg.RunRecord) -> RunAttempt:
    run = record.dagster_run
    own = attempt_tags(run)
    reason, codes = own.get(tags.FAILURE_REASON), own.get(tags.ERROR_CODES)
    return RunAttempt(
        attempt=number,
        status=run_status(run),
        failure_reason=None if reason == "-" else reason,
        error_codes=codes.split(", ") if codes and codes != "-" else [],
        started_at=from_seconds_if_known(record.start_time),
        finished_at=from_seconds_if_known(record.end_time),
    )
