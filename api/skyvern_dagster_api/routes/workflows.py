"""Workflows: ``/api/v1/workflows`` with YAML bodies, ``/v1/workflows`` and ``/v1/agents``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import yaml
from fastapi import HTTPException, Query, Request

from skyvern_dagster.run_request import RunRequest
from skyvern_dagster.runs.answer import WorkflowRunAnswer, workflow_run_answer
from skyvern_dagster.runs.canceling import cancel
from skyvern_dagster.runs.finding import RunQuery
from skyvern_dagster.runs.status import RunStatus
from skyvern_dagster.workflow_store import StoredWorkflow
from skyvern_dagster_api.asking import MaxSteps, asked, base_url
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.definitions import from_json, workflow_answer
from skyvern_dagster_api.errors import CONFLICT, ERRORS, NOT_FOUND
from skyvern_dagster_api.looking import (
    Page,
    PageSize,
    Shape,
    facts,
    found_by_text,
    page_of,
    record_of,
    remember_run,
    shape_of,
    workflow_run_item,
)
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.schemas.answers import (
    WorkflowAnswer,
    WorkflowRunCreated,
    WorkflowRunItem,
)
from skyvern_dagster_api.schemas.requests import (
    LegacyWorkflowRunRequest,
    WorkflowDefinitionRequest,
    WorkflowRunRequest,
)
from skyvern_dagster_api.shim import Shim

legacy = SlashRouter(prefix="/api/v1/workflows", tags=["workflows"], responses=ERRORS)
current = SlashRouter(tags=["workflows"], responses=ERRORS)
"""Mounted at ``/v1/workflows`` and, the same, at ``/v1/agents``."""

_SEARCHED_RUNS = 2000

_YAML_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The definition as YAML text.",
        "content": {
            media: {
                "schema": {"type": "string"},
                "example": "title: One page\nworkflow_definition:\n  parameters: []\n  blocks:\n"
                "  - block_type: task\n    label: look\n    url: https://example.com\n"
                "    data_extraction_goal: The heading\n",
            }
            for media in ("application/x-yaml", "text/plain")
        },
    }
}


@legacy.post("", summary="Create a workflow from YAML", openapi_extra=_YAML_BODY)
async def create_legacy(
    request: Request, parts: ShimDependency, caller: CallerDependency
) -> WorkflowAnswer:
    """Checks and stores a definition; it can be run when this answers."""
    return _created(parts, caller, await _text(request))


@legacy.put(
    "/{workflow_permanent_id}",
    summary="Store the next version, from YAML",
    openapi_extra=_YAML_BODY,
    responses=NOT_FOUND,
)
async def update_legacy(
    workflow_permanent_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
) -> WorkflowAnswer:
    """Checks a definition and stores it as the next version."""
    return _updated(parts, caller, workflow_permanent_id, await _text(request))


def list_workflows(
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    only_saved_tasks: bool = False,
    only_workflows: bool = False,
    search_key: Annotated[str | None, Query(description="Part of a title or an id.")] = None,
    title: Annotated[str | None, Query(description="Part of a title.")] = None,
) -> list[WorkflowAnswer]:
    """The newest version of each workflow, last created first."""
    if only_saved_tasks and only_workflows:
        raise HTTPException(400, "only_saved_tasks and only_workflows exclude each other")
    if only_saved_tasks:
        return []
    found = parts.workflows.newest(caller.organization_id)
    for text in (search_key, title):
        if text:
            wanted = text.casefold()
            found = [
                each
                for each in found
                if wanted in each.title.casefold()
                or wanted in each.workflow_permanent_id.casefold()
            ]
    shown = found[(page - 1) * page_size : page * page_size]
    return [workflow_answer(each) for each in shown]


def list_runs(
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    status: Annotated[list[RunStatus] | None, Query(description="May be repeated.")] = None,
    search_key: Annotated[
        str | None, Query(min_length=1, description="Part of an id or a title, in recent runs.")
    ] = None,
) -> list[WorkflowRunItem]:
    """Runs of all workflows, newest first."""
    query = RunQuery(
        caller.organization_id,
        kind="workflow_run",
        statuses=tuple(status or ()),
        page=1 if search_key else page,
        page_size=_SEARCHED_RUNS if search_key else page_size,
    )
    items = [workflow_run_item(parts, record) for record in page_of(parts, query)]
    if not search_key:
        return items
    found = [item for item in items if found_by_text(item, search_key)]
    return found[(page - 1) * page_size : page * page_size]


def list_runs_of(
    workflow_permanent_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    status: Annotated[list[RunStatus] | None, Query(description="May be repeated.")] = None,
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
    return [workflow_run_item(parts, record) for record in page_of(parts, query)]


def get_workflow(
    workflow_permanent_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
    version: Annotated[int | None, Query(ge=1, description="Else the newest.")] = None,
) -> WorkflowAnswer:
    """A workflow, as it was stored."""
    stored = parts.workflows.get(caller.organization_id, workflow_permanent_id, version)
    return workflow_answer(stored)


def get_run(
    workflow_run_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    outputs: Shape = None,
) -> WorkflowRunAnswer:
    """How a run stands; the same as the body of its webhook."""
    remember_run(request, workflow_run_id)
    found = facts(parts, caller, workflow_run_id, "workflow_run")
    links = parts.links(base_url(request))
    made = workflow_run_answer(found, links, shape_of(parts, outputs))
    return made.model_copy(update={"app_url": parts.ui_link(found.run)})


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
    cancel(parts.instance, parts.deployment, record.dagster_run)


def delete_workflow(
    workflow_permanent_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> None:
    """Takes a workflow out of all lists; its runs stay."""
    parts.workflows.delete(caller.organization_id, workflow_permanent_id)
    parts.reload_soon()


@legacy.post("/{workflow_permanent_id}/run", summary="Start a workflow", responses=NOT_FOUND)
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
        stored, given.data or {}, asked(parts, caller, given, max_steps=max_steps)
    )
    return _run_created(request, started)


@current.post("", summary="Create a workflow")
def create(
    body: WorkflowDefinitionRequest, parts: ShimDependency, caller: CallerDependency
) -> WorkflowAnswer:
    """Checks and stores a definition; it can be run when this answers."""
    return _created(parts, caller, _definition(body))


@current.post("/{workflow_permanent_id}", summary="Store the next version", responses=NOT_FOUND)
def update(
    workflow_permanent_id: PathId,
    body: WorkflowDefinitionRequest,
    parts: ShimDependency,
    caller: CallerDependency,
) -> WorkflowAnswer:
    """Checks a definition and stores it as the next version."""
    return _updated(parts, caller, workflow_permanent_id, _definition(body))


@current.get("/{workflow_permanent_id}/versions", summary="All versions", responses=NOT_FOUND)
def list_versions(
    workflow_permanent_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> list[WorkflowAnswer]:
    """All versions of a workflow, newest first."""
    found = parts.workflows.versions(caller.organization_id, workflow_permanent_id)
    return [workflow_answer(each) for each in found]


@current.post("/runs/{workflow_run_id}/retry", summary="Repeat a run", responses=NOT_FOUND)
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
    again = WorkflowRunRequest(
        workflow_id=wpid,
        parameters=before.parameters,
        webhook_url=before.request.webhook_callback_url if before.request else None,
        totp_identifier=before.request.totp_identifier if before.request else None,
        totp_url=before.request.totp_verification_url if before.request else None,
    )
    wanted = asked(parts, caller, again)
    started = parts.starter.start_workflow(
        stored, before.parameters, _retrying(wanted, workflow_run_id)
    )
    return get_run(started.run_id, request, parts, caller)


def _retrying(wanted: Any, run_id: str) -> Any:
    from dataclasses import replace

    return replace(wanted, retried_from=run_id)


def _add_shared(router: SlashRouter, delete_method: str, delete_path: str) -> None:
    """What both generations have; a fixed path stands before one with an id in its place."""
    router.add_api_route("", list_workflows, methods=["GET"], summary="List workflows")
    router.add_api_route("/runs", list_runs, methods=["GET"], summary="List workflow runs")
    router.add_api_route(
        "/runs/{workflow_run_id}", get_run, methods=["GET"], summary="A run", responses=NOT_FOUND
    )
    router.add_api_route(
        "/runs/{workflow_run_id}/cancel", cancel_run, methods=["POST"], summary="Cancel a run",
        responses=NOT_FOUND | CONFLICT,
    )  # fmt: skip
    router.add_api_route(
        "/{workflow_permanent_id}", get_workflow, methods=["GET"], summary="A workflow",
        responses=NOT_FOUND,
    )  # fmt: skip
    router.add_api_route(
        "/{workflow_permanent_id}/runs", list_runs_of, methods=["GET"],
        summary="Runs of a workflow", responses=NOT_FOUND,
    )  # fmt: skip
    router.add_api_route(
        "/{workflow_permanent_id}/runs/{workflow_run_id}", get_run_of, methods=["GET"],
        summary="A run of a workflow", responses=NOT_FOUND,
    )  # fmt: skip
    router.add_api_route(
        delete_path, delete_workflow, methods=[delete_method], summary="Delete a workflow",
        responses=NOT_FOUND,
    )  # fmt: skip


_add_shared(legacy, "DELETE", "/{workflow_permanent_id}")
_add_shared(current, "POST", "/{workflow_permanent_id}/delete")


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise HTTPException(422, f"the body must be YAML text in UTF-8: {error}") from error


def _definition(body: WorkflowDefinitionRequest) -> str:
    if (body.yaml_definition is None) == (body.json_definition is None):
        raise HTTPException(422, "give one of yaml_definition and json_definition")
    if body.yaml_definition is not None:
        return body.yaml_definition
    return yaml.safe_dump(from_json(body.json_definition), sort_keys=False, allow_unicode=True)


def _created(parts: Shim, caller: Caller, text: str) -> WorkflowAnswer:
    stored = parts.workflows.create(caller.organization_id, text)
    return _stored(parts, stored)


def _updated(parts: Shim, caller: Caller, wpid: str, text: str) -> WorkflowAnswer:
    return _stored(parts, parts.workflows.update(caller.organization_id, wpid, text))


def _stored(parts: Shim, stored: StoredWorkflow) -> WorkflowAnswer:
    parts.reload_soon()
    return workflow_answer(stored)


def _run_created(request: Request, started: RunRequest) -> WorkflowRunCreated:
    remember_run(request, started.run_id)
    wpid = started.workflow_permanent_id or ""
    return WorkflowRunCreated(
        workflow_id=wpid, workflow_permanent_id=wpid, workflow_run_id=started.run_id
    )
