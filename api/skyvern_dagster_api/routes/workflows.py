"""Workflows: ``/api/v1/workflows`` with YAML bodies, ``/v1/workflows`` and ``/v1/agents``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Query, Request

from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster_api.admission import Reading
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.definitions import as_yaml, from_json, with_kept, workflow_answer
from skyvern_dagster_api.errors import ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_queries import (
    Page,
    PageSize,
)
from skyvern_dagster_api.schemas.answers import (
    WorkflowAnswer,
)
from skyvern_dagster_api.schemas.requests import (
    WorkflowDefinitionRequest,
)
from skyvern_dagster_api.shim import Shim

legacy = SlashRouter(prefix="/api/v1/workflows", tags=["workflows"], responses=ERRORS)
current = SlashRouter(tags=["workflows"], responses=ERRORS)
"""Mounted at ``/v1/workflows`` and, the same, at ``/v1/agents``."""


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise HTTPException(422, f"the body must be YAML text in UTF-8: {error}") from error


YamlText = Annotated[str, Depends(_text)]

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


@legacy.post(
    "",
    summary="Create a workflow from YAML",
    openapi_extra=_YAML_BODY,
    dependencies=[Reading],
)
def create_legacy(
    text: YamlText, parts: ShimDependency, caller: CallerDependency
) -> WorkflowAnswer:
    """Checks and stores a definition; it can be run when this answers."""
    return _created(parts, caller, text)


@legacy.put(
    "/{workflow_permanent_id}",
    summary="Store the next version, from YAML",
    openapi_extra=_YAML_BODY,
    responses=NOT_FOUND,
    dependencies=[Reading],
)
def update_legacy(
    workflow_permanent_id: PathId,
    text: YamlText,
    parts: ShimDependency,
    caller: CallerDependency,
) -> WorkflowAnswer:
    """Checks a definition and stores it as the next version."""
    return _updated(parts, caller, workflow_permanent_id, text)


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
    workflows = parts.workflows.newest(caller.organization_id)
    for text in (search_key, title):
        if text:
            wanted = text.casefold()
            workflows = [
                each
                for each in workflows
                if wanted in each.title.casefold()
                or wanted in each.workflow_permanent_id.casefold()
            ]
    shown = workflows[(page - 1) * page_size : page * page_size]
    return [workflow_answer(each) for each in shown]


def get_workflow(
    workflow_permanent_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
    version: Annotated[int | None, Query(ge=1, description="Else the newest.")] = None,
) -> WorkflowAnswer:
    """A workflow, as it was stored."""
    stored = parts.workflows.get(caller.organization_id, workflow_permanent_id, version)
    return workflow_answer(stored)


def delete_workflow(
    workflow_permanent_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> None:
    """Takes a workflow out of all lists; its runs stay."""
    parts.workflows.delete(caller.organization_id, workflow_permanent_id)
    parts.reload.soon()


@current.post("", summary="Create a workflow", dependencies=[Reading])
def create(
    body: WorkflowDefinitionRequest, parts: ShimDependency, caller: CallerDependency
) -> WorkflowAnswer:
    """Checks and stores a definition; it can be run when this answers."""
    return _created(parts, caller, _definition(body))


@current.post(
    "/{workflow_permanent_id}",
    summary="Store the next version",
    responses=NOT_FOUND,
    dependencies=[Reading],
)
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
    versions = parts.workflows.versions(caller.organization_id, workflow_permanent_id)
    return [workflow_answer(each) for each in versions]


def _add_shared(router: SlashRouter, delete_method: str, delete_path: str) -> None:
    """What both generations have."""
    router.add_api_route("", list_workflows, methods=["GET"], summary="List workflows")
    router.add_api_route(
        "/{workflow_permanent_id}", get_workflow, methods=["GET"], summary="A workflow",
        responses=NOT_FOUND,
    )  # fmt: skip
    router.add_api_route(
        delete_path, delete_workflow, methods=[delete_method], summary="Delete a workflow",
        responses=NOT_FOUND,
    )  # fmt: skip


_add_shared(legacy, "DELETE", "/{workflow_permanent_id}")
_add_shared(current, "POST", "/{workflow_permanent_id}/delete")


def _definition(body: WorkflowDefinitionRequest) -> str:
    if (body.yaml_definition is None) == (body.json_definition is None):
        raise HTTPException(422, "give one of yaml_definition and json_definition")
    if body.yaml_definition is not None:
        return body.yaml_definition
    return as_yaml(from_json(body.json_definition))


def _created(parts: Shim, caller: Caller, text: str) -> WorkflowAnswer:
    stored = parts.workflows.create(caller.organization_id, text)
    return _stored(parts, stored)


def _updated(parts: Shim, caller: Caller, wpid: str, text: str) -> WorkflowAnswer:
    before = parts.workflows.get(caller.organization_id, wpid)
    text = with_kept(text, before.text)
    return _stored(parts, parts.workflows.update(caller.organization_id, wpid, text))


def _stored(parts: Shim, stored: StoredWorkflow) -> WorkflowAnswer:
    parts.reload.soon()
    return workflow_answer(stored, stored.load().warnings)
