"""Looking runs up for an answer: always within the caller's organization."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Literal, TypeVar

import dagster as dg
from fastapi import Query, Request

from skyvern_dagster.artifacts.run_request import RunKind, read_request
from skyvern_dagster.errors import RunNotFoundError
from skyvern_dagster.execution import tags
from skyvern_dagster.process.clock import from_seconds_if_known, naive
from skyvern_dagster.runs.answer import OutputsShape
from skyvern_dagster.runs.facts import RunFacts, gather
from skyvern_dagster.runs.queries import RunQuery, find_record, list_records
from skyvern_dagster.runs.reconcile import reconcile
from skyvern_dagster.runs.removed import refuse_removed
from skyvern_dagster.runs.status import RunStatus, run_status
from skyvern_dagster_api.auth import Caller
from skyvern_dagster_api.schemas.answers import RunItem, WorkflowRunItem
from skyvern_dagster_api.shim import Shim

Page = Annotated[int, Query(ge=1, le=100_000, description="From 1.")]
PageSize = Annotated[int, Query(ge=1, le=100)]
Statuses = Annotated[list[RunStatus] | None, Query(description="May be repeated.")]
Shape = Annotated[
    Literal["documented", "v1", "v2"] | None,
    Query(description="v2: each output with its block type and status, loops once, signed URLs."),
]


SEARCHED_RUNS = 2000
"""How far back ``search_key`` looks."""

Item = TypeVar("Item", RunItem, WorkflowRunItem)


def facts(parts: Shim, caller: Caller, run_id: str, kind: RunKind | None = None) -> RunFacts:
    """A run of the caller's organization.

    Raises:
        RunNotFoundError: There is none of this id and kind.
    """
    record = record_of(parts, caller, run_id, kind)
    return gather(parts.instance, parts.store, record)


def record_of(
    parts: Shim, caller: Caller, run_id: str, kind: RunKind | None = None
) -> dg.RunRecord:
    """Dagster's record of a run of the caller's organization.

    Raises:
        RunNotFoundError: As :func:`facts`.
        RemovedError: It was there, and isn't kept any more.
    """
    try:
        return find_record(parts.instance, run_id, caller.organization_id, kind)
    except RunNotFoundError:
        if re.fullmatch(r"(wr|tsk)_\d+", run_id):
            refuse_removed(parts.store, run_id, "records", caller.organization_id)
        raise


def shape_of(parts: Shim, asked: str | None) -> OutputsShape:
    """Which shape of outputs is wanted."""
    match asked:
        case None:
            return parts.settings.outputs
        case "v2":
            return "v2"
        case _:
            return "documented"


def remember_run(request: Request, run_id: str) -> None:
    """Puts a run's id into the access log's line."""
    request.state.run_id = run_id


def page_of(parts: Shim, query: RunQuery) -> Sequence[dg.RunRecord]:
    """One page of runs; what has ended without saying so is put right before."""
    if query.statuses:
        reconcile(parts.instance)
    records = list_records(parts.instance, query)
    # A run that was launched by hand in the UI has no id before its first op has begun.
    return [record for record in records if tags.WORKFLOW_RUN_ID in record.dagster_run.tags]


def page_of_items(
    parts: Shim, query: RunQuery, text: str | None, item_of: Callable[[Shim, dg.RunRecord], Item]
) -> list[Item]:
    """One page of runs as items; those only whose id or title holds a text, where one is given.

    The instance can't search texts: the newest :data:`SEARCHED_RUNS` are read for it.
    """
    if text is None:
        return [item_of(parts, record) for record in page_of(parts, query)]
    searched = replace(query, page=1, page_size=SEARCHED_RUNS)
    items = (item_of(parts, record) for record in page_of(parts, searched))
    matching = [item for item in items if _has_text(item, text)]
    return matching[(query.page - 1) * query.page_size : query.page * query.page_size]


def workflow_run_item(parts: Shim, record: dg.RunRecord) -> WorkflowRunItem:
    """A run in a list: from its record, its tags and what was asked for."""
    run = record.dagster_run
    run_id = run.tags[tags.WORKFLOW_RUN_ID]
    request = read_request(parts.store, run_id)
    wpid = run.tags.get(tags.WORKFLOW_PERMANENT_ID, "")
    return WorkflowRunItem(
        workflow_run_id=run_id,
        workflow_id=wpid,
        workflow_permanent_id=wpid,
        organization_id=run.tags[tags.ORGANIZATION_ID],
        status=run_status(run),
        workflow_title=request.title if request else run.tags.get(tags.WORKFLOW),
        proxy_location=request.proxy_location if request else None,
        webhook_callback_url=request.webhook_callback_url if request else None,
        totp_verification_url=request.totp_verification_url if request else None,
        totp_identifier=request.totp_identifier if request else None,
        failure_reason=_reason(run),
        queued_at=naive(record.create_timestamp),
        started_at=from_seconds_if_known(record.start_time),
        finished_at=from_seconds_if_known(record.end_time),
        created_at=naive(record.create_timestamp),
        modified_at=naive(record.update_timestamp),
    )


def run_item(parts: Shim, record: dg.RunRecord) -> RunItem:
    """A run of any kind in a list."""
    item = workflow_run_item(parts, record)
    is_task = record.dagster_run.tags.get(tags.KIND) == "task"
    kind = "task_v1" if is_task else "workflow_run"
    return RunItem(
        run_id=item.workflow_run_id,
        task_run_id=item.workflow_run_id,
        run_type=kind,
        task_run_type=kind,
        status=item.status,
        title=item.workflow_title,
        workflow_permanent_id=None if is_task else item.workflow_permanent_id,
        trigger_type=_trigger(record.dagster_run),
        started_at=item.started_at,
        finished_at=item.finished_at,
        created_at=item.created_at,
    )


def _has_text(item: RunItem | WorkflowRunItem, text: str) -> bool:
    title = item.title if isinstance(item, RunItem) else item.workflow_title
    run_id = item.run_id if isinstance(item, RunItem) else item.workflow_run_id
    wanted = text.casefold()
    return wanted in run_id.casefold() or wanted in (title or "").casefold()


def _reason(run: dg.DagsterRun) -> str | None:
    reason = run.tags.get(tags.FAILURE_REASON, "-")
    return None if reason == "-" or run.status == dg.DagsterRunStatus.SUCCESS else reason


def _trigger(run: dg.DagsterRun) -> str:
    if "dagster/schedule_name" in run.tags:
        return "scheduled"
    return "manual" if "dagster/sensor_name" in run.tags else "api"
