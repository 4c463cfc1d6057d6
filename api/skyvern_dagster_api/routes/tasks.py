"""``/api/v1/tasks``: one instruction to a browser (docs/contract.md#tasks)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import HTTPException, Query, Request

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.errors import RunNotFoundError, RunTransitionError
from skyvern_dagster.runs.answer import task_answer
from skyvern_dagster.runs.canceling import cancel
from skyvern_dagster.runs.facts import RunFacts, gather
from skyvern_dagster.runs.inner_tasks import (
    TaskPlace,
    find_place,
    inner_task_answer,
    places_of,
)
from skyvern_dagster.runs.queries import RunQuery
from skyvern_dagster.runs.run_answer import TaskAnswer
from skyvern_dagster.runs.status import FINAL
from skyvern_dagster.runs.steps import ActionAnswer, StepAnswer, TaskSteps
from skyvern_dagster.runs.task_definition import LABEL
from skyvern_dagster_api.admission import Launching
from skyvern_dagster_api.artifact_answers import artifact_answers
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.errors import CONFLICT, ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_options import MaxSteps, base_url, check_page, run_options
from skyvern_dagster_api.run_queries import Page, PageSize, Statuses, facts, page_of, remember_run
from skyvern_dagster_api.schemas.answers import ArtifactAnswer, TaskCreated
from skyvern_dagster_api.schemas.requests import LegacyTaskRequest, SortField, SortOrder
from skyvern_dagster_api.shim import Shim

router = SlashRouter(prefix="/api/v1/tasks", tags=["tasks"], responses=ERRORS)


@router.post("", summary="Start a task", dependencies=[Launching])
def create_task(
    body: LegacyTaskRequest,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    max_steps: MaxSteps = None,
) -> TaskCreated:
    """Starts a task and answers as soon as its run is queued."""
    check_page(parts, body.url)
    started = parts.starter.start_task(
        {
            "url": body.url,
            "title": body.title,
            "navigation_goal": body.navigation_goal,
            "data_extraction_goal": body.data_extraction_goal,
            "data_schema": body.extracted_information_schema,
            "error_code_mapping": body.error_code_mapping,
            "complete_on_download": body.complete_on_download,
        },
        run_options(parts, caller, body, max_steps=max_steps),
    )
    remember_run(request, started.run_id)
    return TaskCreated(task_id=started.run_id)


@router.get("", summary="List tasks", responses=NOT_FOUND)
def list_tasks(
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    task_status: Statuses = None,
    workflow_run_id: Annotated[
        str | None, Query(description="The tasks inside this run instead.")
    ] = None,
    only_standalone_tasks: bool = False,
    sort: SortField = "created_at",
    order: SortOrder = "desc",
) -> list[TaskAnswer]:
    """Tasks that were asked for by themselves, newest first unless told otherwise."""
    if workflow_run_id is not None:
        if only_standalone_tasks:
            raise HTTPException(400, "only_standalone_tasks and workflow_run_id exclude each other")
        run = facts(parts, caller, workflow_run_id, "workflow_run")
        links = parts.links(base_url(request))
        inner = [inner_task_answer(run, place, links) for place in places_of(run)]
        shown = [each for each in inner if not task_status or each.status in task_status]
        return shown[(page - 1) * page_size : page * page_size]
    query = RunQuery(
        caller.organization_id,
        kind="task",
        statuses=tuple(task_status or ()),
        page=page,
        page_size=page_size,
        order_by=sort,
        ascending=order == "asc",
    )
    runs = [gather(parts.instance, parts.store, each) for each in page_of(parts, query)]
    return [_answer(parts, request, each) for each in runs]


@router.get("/{task_id}", summary="A task", responses=NOT_FOUND)
def get_task(
    task_id: PathId, request: Request, parts: ShimDependency, caller: CallerDependency
) -> TaskAnswer:
    """How a task stands; the same as the body of its webhook. Tasks inside runs are here, too."""
    task = _any_task(parts, caller, task_id)
    if task.place is None:
        return _answer(parts, request, task.facts)
    return inner_task_answer(task.facts, task.place, parts.links(base_url(request)))


@router.post("/{task_id}/cancel", summary="Cancel a task", responses=NOT_FOUND | CONFLICT)
def cancel_task(task_id: PathId, parts: ShimDependency, caller: CallerDependency) -> None:
    """Stops the browser within seconds; a task that waits never starts. May be repeated."""
    task = _any_task(parts, caller, task_id)
    if task.place is not None:
        raise RunTransitionError(
            f"task {task_id} is part of workflow run {task.facts.run_id}: cancel that"
        )
    cancel(parts.instance, parts.store, parts.deployment, task.facts.run)


@router.post("/{task_id}/retry_webhook", summary="Send the webhook again", responses=NOT_FOUND)
def retry_webhook(
    task_id: PathId, request: Request, parts: ShimDependency, caller: CallerDependency
) -> TaskAnswer:
    """Sends the task's webhook at once, once more."""
    run = _task(parts, caller, task_id)
    parts.outbox.send_again(run.run)
    return _answer(parts, request, run)


@router.get("/{task_id}/steps", summary="A task's steps", responses=NOT_FOUND)
def list_steps(
    task_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> list[StepAnswer]:
    """What the agent has done so far, oldest first."""
    return _steps(parts, caller, task_id).steps()


@router.get("/{task_id}/actions", summary="A task's actions", responses=NOT_FOUND)
def list_actions(
    task_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> list[ActionAnswer]:
    """Every single action so far, oldest first."""
    return _steps(parts, caller, task_id).actions()


@router.get(
    "/{task_id}/steps/{step_id}/artifacts", summary="A step's artifacts", responses=NOT_FOUND
)
def list_step_artifacts(
    task_id: PathId,
    step_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
) -> list[ArtifactAnswer]:
    """What a step has left: what was seen, what was decided, the page afterwards."""
    run = _any_task(parts, caller, task_id).facts
    steps = _steps(parts, caller, task_id).steps()
    order = next((step.order for step in steps if step.step_id == step_id), None)
    if order is None:
        raise RunNotFoundError(f"Step not found {step_id}")
    answers = artifact_answers(parts, run, parts.links(base_url(request)))
    return [each for each in answers if each.step_id == step_id]


def _task(parts: Shim, caller: Caller, task_id: str) -> RunFacts:
    try:
        return facts(parts, caller, task_id, "task")
    except RunNotFoundError as error:
        raise RunNotFoundError(f"Task not found {task_id}") from error


def _answer(parts: Shim, request: Request, run: RunFacts) -> TaskAnswer:
    return task_answer(run, parts.links(base_url(request)))


@dataclass(frozen=True)
class _AnyTask:
    """A task: of a run of its own, or at a place inside one."""

    facts: RunFacts
    place: TaskPlace | None = None


def _any_task(parts: Shim, caller: Caller, task_id: str) -> _AnyTask:
    try:
        return _AnyTask(facts(parts, caller, task_id, "task"))
    except RunNotFoundError:
        place = find_place(parts.store, task_id)
    try:
        return _AnyTask(facts(parts, caller, place.run_id, "workflow_run"), place)
    except RunNotFoundError as error:  # another organization's
        raise RunNotFoundError(f"Task not found {task_id}") from error


def _steps(parts: Shim, caller: Caller, task_id: str) -> TaskSteps:
    task = _any_task(parts, caller, task_id)
    own = RunKeys(task_id).task(LABEL, task_id)
    keys = own if task.place is None else task.place.keys
    is_over = task.facts.status in FINAL
    return TaskSteps.read(parts.store, keys, caller.organization_id, is_over=is_over)
