"""Schedules: made here, ticked by Dagster's daemon."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Mapping
from datetime import datetime

from fastapi import HTTPException

from skyvern_dagster.compiler.dagster_internals import is_cron, next_ticks
from skyvern_dagster.credentials.text_secrets import TextSecrets
from skyvern_dagster.errors import WorkflowNotFoundError
from skyvern_dagster.execution.parameter_secrets import checked_without_secrets
from skyvern_dagster.process.clock import from_seconds
from skyvern_dagster.runs.starter import refuse_environment
from skyvern_dagster.stores.schedules import ScheduleStore, StoredSchedule
from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.errors import ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_queries import Page, PageSize
from skyvern_dagster_api.schemas.answers import (
    Deleted,
    ScheduleAnswer,
    ScheduleItem,
    SchedulePage,
    Schedules,
    ScheduleWithRuns,
)
from skyvern_dagster_api.schemas.requests import ScheduleRequest
from skyvern_dagster_api.shim import Shim

everything = SlashRouter(prefix="/v1/schedules", tags=["schedules"], responses=ERRORS)
router = SlashRouter(
    prefix="/{workflow_permanent_id}/schedules", tags=["schedules"], responses=ERRORS | NOT_FOUND
)
"""Mounted below ``/v1/workflows`` and ``/v1/agents``."""

_NEXT_RUNS = 5
"""Arbitrary: a working week of a daily schedule, enough to see whether it means what was meant."""


@everything.get("", summary="All schedules")
def list_everything(
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
) -> SchedulePage:
    """The schedules of all workflows of the organization, last made first."""
    schedules = _store(parts).of(caller.organization_id)
    shown = schedules[(page - 1) * page_size : page * page_size]
    return SchedulePage(
        schedules=[_item(parts, caller, each) for each in shown],
        total_count=len(schedules),
        page=page,
        page_size=page_size,
    )


@router.get("", summary="A workflow's schedules")
def list_schedules(
    workflow_permanent_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> Schedules:
    """When a workflow is run by itself."""
    parts.workflows.get(caller.organization_id, workflow_permanent_id)
    schedules = [
        _answer(each)
        for each in _store(parts).of(caller.organization_id)
        if each.workflow_permanent_id == workflow_permanent_id
    ]
    return Schedules(schedules=schedules)


@router.post("", summary="Schedule a workflow")
def create_schedule(
    workflow_permanent_id: PathId,
    body: ScheduleRequest,
    parts: ShimDependency,
    caller: CallerDependency,
) -> ScheduleWithRuns:
    """Runs the workflow's newest version whenever the cron expression comes due."""
    fields, secrets = _fields(parts, caller, workflow_permanent_id, body, {})
    stored = _store(parts).add(caller.organization_id, workflow_permanent_id, **fields)
    if secrets:
        _store(parts).keep_secrets(stored, secrets, parts.secret)
    parts.reload.soon()
    return _with_runs(stored)


@router.get("/{workflow_schedule_id}", summary="A schedule")
def get_schedule(
    workflow_permanent_id: PathId,
    workflow_schedule_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
) -> ScheduleWithRuns:
    """A schedule, and when it comes due next."""
    return _with_runs(_own(parts, caller, workflow_permanent_id, workflow_schedule_id))


@router.put("/{workflow_schedule_id}", summary="Change a schedule")
def update_schedule(
    workflow_permanent_id: PathId,
    workflow_schedule_id: PathId,
    body: ScheduleRequest,
    parts: ShimDependency,
    caller: CallerDependency,
) -> ScheduleWithRuns:
    """Replaces all that can be set; a secret's reference among the parameters keeps the secret."""
    before = _own(parts, caller, workflow_permanent_id, workflow_schedule_id)
    kept = _store(parts).secrets(before, lambda: parts.secret)
    fields, secrets = _fields(parts, caller, workflow_permanent_id, body, kept)
    if secrets:
        _store(parts).keep_secrets(before, secrets, parts.secret)
    return _changed(parts, before, fields)


@router.post("/{workflow_schedule_id}/enable", summary="Switch a schedule on")
def enable_schedule(
    workflow_permanent_id: PathId,
    workflow_schedule_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
) -> ScheduleWithRuns:
    """From now on it asks for runs."""
    before = _own(parts, caller, workflow_permanent_id, workflow_schedule_id)
    return _changed(parts, before, {"enabled": True})


@router.post("/{workflow_schedule_id}/disable", summary="Switch a schedule off")
def disable_schedule(
    workflow_permanent_id: PathId,
    workflow_schedule_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
) -> ScheduleWithRuns:
    """It stays, and asks for no runs."""
    before = _own(parts, caller, workflow_permanent_id, workflow_schedule_id)
    return _changed(parts, before, {"enabled": False})


@router.delete("/{workflow_schedule_id}", summary="Delete a schedule")
def delete_schedule(
    workflow_permanent_id: PathId,
    workflow_schedule_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
) -> Deleted:
    """Forgets it; runs that it asked for stay."""
    _store(parts).delete(_own(parts, caller, workflow_permanent_id, workflow_schedule_id))
    parts.reload.soon()
    return Deleted()


def _store(parts: Shim) -> ScheduleStore:
    return ScheduleStore(parts.store)


def _own(parts: Shim, caller: Caller, wpid: str, schedule_id: str) -> StoredSchedule:
    schedule = _store(parts).get(caller.organization_id, schedule_id)
    if schedule.workflow_permanent_id != wpid:
        raise WorkflowNotFoundError(f"Schedule not found {schedule_id}")
    return schedule


def _fields(
    parts: Shim, caller: Caller, wpid: str, body: ScheduleRequest, kept: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, str]]:
    """Checked as a run with these parameters would be: nobody is there when it comes due.

    Args:
        kept: Secrets that the parameters may refer to.

    Returns:
        What is to be stored, and the secrets that were among the parameters.
    """
    workflow: StoredWorkflow = parts.workflows.get(caller.organization_id, wpid)
    if not is_cron(body.cron_expression):
        raise HTTPException(
            400,
            f"cron_expression: {body.cron_expression!r} is none (five fields, such as 0 6 1 * *)",
        )
    if body.timezone not in zoneinfo.available_timezones():
        raise HTTPException(400, f"timezone: {body.timezone!r} is no IANA name (Europe/Berlin)")
    given = body.parameters or {}
    refuse_environment(given)
    definition = workflow.load().definition
    parameters, secrets = checked_without_secrets(definition, given, kept)
    keys = frozenset(each.key for each in definition.parameters)
    told = TextSecrets(secrets, {**kept, **secrets}, keys)
    fields: dict[str, object] = {
        "cron_expression": body.cron_expression,
        "timezone": body.timezone,
        "enabled": body.enabled is not False,
        "parameters": parameters,
        "name": told.without(body.name),
        "description": told.without(body.description),
    }
    return {**fields, "has_secrets": bool(secrets)}, secrets


def _changed(parts: Shim, before: StoredSchedule, fields: dict[str, object]) -> ScheduleWithRuns:
    stored = _store(parts).change(before, **fields)
    parts.reload.soon()
    return _with_runs(stored)


def _answer(stored: StoredSchedule) -> ScheduleAnswer:
    return ScheduleAnswer.model_validate(stored.model_dump())


def _item(parts: Shim, caller: Caller, stored: StoredSchedule) -> ScheduleItem:
    try:
        title = parts.workflows.get(caller.organization_id, stored.workflow_permanent_id).title
    except WorkflowNotFoundError:
        title = "(deleted)"
    runs = _next_runs(stored, 1)
    return ScheduleItem(
        **_answer(stored).model_dump(), workflow_title=title, next_run=next(iter(runs), None)
    )


def _with_runs(stored: StoredSchedule) -> ScheduleWithRuns:
    return ScheduleWithRuns(schedule=_answer(stored), next_runs=_next_runs(stored, _NEXT_RUNS))


def _next_runs(stored: StoredSchedule, count: int) -> list[datetime]:
    if not stored.enabled:
        return []
    ticks = next_ticks(stored.cron_expression, stored.timezone, count, time.time())
    return [from_seconds(tick) for tick in ticks]
