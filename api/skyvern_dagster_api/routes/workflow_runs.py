"""Runs under ``/api/v1/workflows``, ``/v1/workflows`` and ``/v1/agents``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request

from skyvern_dagster.runs.answer import workflow_run_answer
from skyvern_dagster.runs.canceling import cancel
from skyvern_dagster.runs.continuing import continue_run as answer_and_go_on
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster.runs.queries import RunQuery
from skyvern_dagster.runs.run_answer import WorkflowRunAnswer
from skyvern_dagster_api.admission import Launching
from skyvern_dagster_api.auth import CallerDependency, ShimDependency
from skyvern_dagster_api.errors import CONFLICT, ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_options import MaxSteps, base_url, run_options
from skyvern_dagster_api.run_queries import (
    Page,
    PageSize,
    Shape,
    Statuses,
    facts,
    page_of_items,
    record_of,
    remember_run,
    shape_of,
    workflow_run_item,
)
from skyvern_dagster_api.schemas.answers import WorkflowRunCreated, WorkflowRunItem
from skyvern_dagster_api.schemas.requests import (
    ContinueRequest,
    LegacyWorkflowRunRequest,
    WorkflowRunRequest,
)

legacy = SlashRouter(prefix="/api/v1/workflows", tags=["workflows"], responses=ERRORS)
current = SlashRouter(tags=["workflows"], responses=ERRORS)
"""Mounted at ``/v1/workflows`` and, the same, at ``/v1/agents``."""


def list_runs(
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    status: Statuses = None,
    search_key: Annotated[
        str | None, Query(min_length=1, description="Part of an id or a title, in recent runs.")
    ] = None,
) -> list[WorkflowRunItem]:
    """Runs of all workflows, newest first."""
    query = RunQuery(
        caller.organization_id,
        kind="workflow_run",
        statuses=tuple(status or ()),
        page=page,
        page_size=page_size,
    )
    return page_of_items(parts, query, search_key, workflow_run_item)


def list_runs_of(
    workflow_permanent_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    status: Statuses = None,
    created_at_start: datetime | None = None,
    created_at_end: datetime | None = None,
) -> list[WorkflowRunItem]:
    """Runs of one workflow, newest first."""
    parts.workflows.get(caller.organization_id, workflow_permanent_id)
    query = RunQuery(
        caller.organization_id,
        kind="workflow_run",
        statuses=tuple(status or ()),
        workflow_permanent_ids=(workflow_permanent_id,),
        created_after=created_at_start,
        created_before=created_at_end,
        page=page,
        page_size=page_size,
    )
    return page_of_items(parts, query, None, workflow_run_item)


def get_run(
    workflow_run_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    outputs: Shape = None,
) -> WorkflowRunAnswer:
    """How a run stands; the same as the body of its webhook."""
    remember_run(request, workflow_run_id)
    run = facts(parts, caller, workflow_run_id, "workflow_run")
    links = parts.links(base_url(request))
    return workflow_run_answer(run, links, shape_of(parts, outputs))


def get_run_of(
    workflow_permanent_id: PathId,
    workflow_run_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    outputs: Shape = None,
) -> WorkflowRunAnswer:
    """The same, under its workflow."""
    del workflow_permanent_id
    return get_run(workflow_run_id, request, parts, caller, outputs)


def cancel_run(workflow_run_id: PathId, parts: ShimDependency, caller: CallerDependency) -> None:
    """Stops the browser within seconds; a run that waits never starts. May be repeated."""
    record = record_of(parts, caller, workflow_run_id, "workflow_run")
    cancel(parts.instance, parts.store, parts.deployment, record.dagster_run)


def continue_run(
    workflow_run_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    body: ContinueRequest | None = None,
) -> WorkflowRunAnswer:
    """Answers a run that waits for a person (``paused``), and makes it go on."""
    record = record_of(parts, caller, workflow_run_id, "workflow_run")
    answer_and_go_on(
        parts.store,
        parts.deployment,
        record.dagster_run,
        approved=body is None or body.approved,
        by="over REST",
    )
    return get_run(workflow_run_id, request, parts, caller)


@legacy.post(
    "/{workflow_permanent_id}/run",
    summary="Start a workflow",
    responses=NOT_FOUND,
    dependencies=[Launching],
)
def run_legacy(
    workflow_permanent_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    body: LegacyWorkflowRunRequest | None = None,
    version: Annotated[int | None, Query(ge=1, description="Else the newest.")] = None,
    max_steps: MaxSteps = None,
) -> WorkflowRunCreated:
    """Starts a workflow and answers as soon as its run is queued."""
    given = body or LegacyWorkflowRunRequest()
    stored = parts.workflows.get(caller.organization_id, workflow_permanent_id, version)
    started = parts.starter.start_workflow(
        stored, given.data or {}, run_options(parts, caller, given, max_steps=max_steps)
    )
    remember_run(request, started.run_id)
    wpid = started.workflow_permanent_id or ""
    return WorkflowRunCreated(
        workflow_id=wpid, workflow_permanent_id=wpid, workflow_run_id=started.run_id
    )


@current.post(
    "/runs/{workflow_run_id}/retry",
    summary="Repeat a run",
    responses=NOT_FOUND,
    dependencies=[Launching],
)
def retry_run(
    workflow_run_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
) -> WorkflowRunAnswer:
    """Starts the same workflow with the same parameters as a new run."""
    before = facts(parts, caller, workflow_run_id, "workflow_run")
    version = before.request.workflow_version if before.request else None
    wpid = before.workflow.workflow_permanent_id
    stored = parts.workflows.get(caller.organization_id, wpid, version)
    limit = before.request.max_steps if before.request else None
    wanted = run_options(parts, caller, _asked_before(before), max_steps=limit)
    started = parts.starter.start_workflow(
        stored, before.parameters, wanted.model_copy(update={"retried_from": workflow_run_id})
    )
    return get_run(started.run_id, request, parts, caller)


def _asked_before(run: RunFacts) -> WorkflowRunRequest:
    """What a run was asked for with, under today's names."""
    known: dict[str, Any] = {
        "workflow_id": run.workflow.workflow_permanent_id,
        "parameters": run.parameters,
    }
    if run.request is not None:
        seconds = run.request.max_seconds
        known |= {
            "title": run.request.title,
            "proxy_location": run.request.proxy_location,
            "webhook_url": run.request.webhook_callback_url,
            "totp_identifier": run.request.totp_identifier,
            "totp_url": run.request.totp_verification_url,
            "max_elapsed_time_minutes": None if seconds is None else seconds // 60,
        }
    return WorkflowRunRequest.model_validate(known)


def _add_shared(router: SlashRouter) -> None:
    """What both generations have."""
    router.add_api_route("/runs", list_runs, methods=["GET"], summary="List workflow runs")
    router.add_api_route(
        "/runs/{workflow_run_id}", get_run, methods=["GET"], summary="A run", responses=NOT_FOUND
    )
    router.add_api_route(
        "/runs/{workflow_run_id}/cancel", cancel_run, methods=["POST"], summary="Cancel a run",
        responses=NOT_FOUND | CONFLICT,
    )  # fmt: skip
    router.add_api_route(
        "/runs/{workflow_run_id}/continue", continue_run, methods=["POST"],
        summary="Answer a run that waits for a person", responses=NOT_FOUND | CONFLICT,
    )  # fmt: skip
    router.add_api_route(
        "/{workflow_permanent_id}/runs", list_runs_of, methods=["GET"],
        summary="Runs of a workflow", responses=NOT_FOUND,
    )  # fmt: skip
    router.add_api_route(
        "/{workflow_permanent_id}/runs/{workflow_run_id}", get_run_of, methods=["GET"],
        summary="A run of a workflow", responses=NOT_FOUND,
    )  # fmt: skip


_add_shared(legacy)
_add_shared(current)
