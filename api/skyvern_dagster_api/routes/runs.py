"""``/v1/run`` and ``/v1/runs``: today's way to start a run and to look at it.

See docs/contract.md#runs.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, wait
from typing import Annotated

from fastapi import HTTPException, Query, Request

from skyvern_dagster.errors import RunError
from skyvern_dagster.organizations.credential_store import CredentialStore
from skyvern_dagster.runs.answer import answer
from skyvern_dagster.runs.canceling import cancel
from skyvern_dagster.runs.facts import gather
from skyvern_dagster.runs.queries import RunQuery
from skyvern_dagster.runs.run_answer import RunAnswer, TaskAnswer, WorkflowRunAnswer
from skyvern_dagster.runs.single_block import SingleBlock, download_block, login_block
from skyvern_dagster.runs.timeline import TimelineEntry, timeline
from skyvern_dagster_api.admission import Launching
from skyvern_dagster_api.artifact_answers import artifact_answers
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.errors import CONFLICT, ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_options import MaxSteps, base_url, check_page, run_options
from skyvern_dagster_api.run_queries import (
    Page,
    PageSize,
    Shape,
    Statuses,
    facts,
    page_of_items,
    record_of,
    remember_run,
    run_item,
    shape_of,
)
from skyvern_dagster_api.schemas.answers import (
    ArtifactAnswer,
    CancelledRuns,
    RunItem,
    WebhookRetried,
)
from skyvern_dagster_api.schemas.requests import (
    CancelRunsRequest,
    DownloadFilesRequest,
    LoginRequest,
    RetryWebhookRequest,
    TaskRunRequest,
    WorkflowRunRequest,
)
from skyvern_dagster_api.shim import Shim

_log = logging.getLogger("skyvern_dagster_api")

_CANCEL_SECONDS = 3.0
"""For as long, the ends of runs are waited for before `/v1/runs/cancel` answers. Arbitrary: a
client that asks for an answer at once has one."""

router = SlashRouter(prefix="/v1", tags=["runs"], responses=ERRORS)


@router.post("/run/tasks", summary="Start a task", dependencies=[Launching])
def run_task(
    body: TaskRunRequest,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    max_steps: MaxSteps = None,
) -> TaskAnswer:
    """Starts a task and answers as soon as its run is queued."""
    started = parts.starter.start_task(
        {
            "url": _address(parts, body.url),
            "title": body.title,
            "navigation_goal": body.prompt,
            "data_extraction_goal": body.prompt if body.data_extraction_schema else None,
            "data_schema": body.data_extraction_schema,
            "error_code_mapping": body.error_code_mapping,
        },
        run_options(parts, caller, body, max_steps=max_steps),
    )
    task = _answer(request, parts, caller, started.run_id)
    assert isinstance(task, TaskAnswer)
    return task


@router.post(
    "/run/tasks/login", summary="Start a login", responses=NOT_FOUND, dependencies=[Launching]
)
def run_login(
    body: LoginRequest,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    max_steps: MaxSteps = None,
) -> WorkflowRunAnswer:
    """Starts a workflow of one `login` block, with a credential that the organization may use."""
    address = _address(parts, body.url)
    _check_credential(parts, caller, body)
    made = login_block({**body.model_dump(), "url": address})
    title = body.title or f"Log in at {address}"
    return _run_block(made, title, body, request, parts, caller, max_steps)


@router.post(
    "/run/tasks/download_files",
    summary="Start a download",
    responses=NOT_FOUND,
    dependencies=[Launching],
)
def run_download(
    body: DownloadFilesRequest,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    max_steps: MaxSteps = None,
) -> WorkflowRunAnswer:
    """Starts a workflow of one `file_download` block."""
    address = _address(parts, body.url)
    made = download_block({**body.model_dump(), "url": address})
    title = body.title or f"Download at {address}"
    return _run_block(made, title, body, request, parts, caller, max_steps)


def _address(parts: Shim, url: str | None) -> str:
    if url is None:
        raise HTTPException(400, "url: tell the address to begin at; this server doesn't guess one")
    check_page(parts, url)
    return url


def _check_credential(parts: Shim, caller: Caller, body: LoginRequest) -> None:
    """A stored credential is the organization's own; granted names are looked up in the run."""
    name = body.credential_id or ""
    if body.credential_type == "skyvern" and name.startswith("cred_"):
        store = CredentialStore(parts.store, parts.secret)
        if store.get(caller.organization_id, name) is None:
            raise HTTPException(404, f"Credential not found {name[:200]}")


def _run_block(
    made: SingleBlock,
    title: str,
    body: LoginRequest | DownloadFilesRequest,
    request: Request,
    parts: Shim,
    caller: Caller,
    max_steps: int | None,
) -> WorkflowRunAnswer:
    options = run_options(parts, caller, body, max_steps=max_steps)
    started = parts.starter.start_block(made, title, options)
    run = _answer(request, parts, caller, started.run_id)
    assert isinstance(run, WorkflowRunAnswer)
    return run


def run_workflow(
    body: WorkflowRunRequest,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    max_steps: MaxSteps = None,
    version: Annotated[int | None, Query(ge=1, description="Else the newest.")] = None,
) -> WorkflowRunAnswer:
    """Starts a workflow and answers as soon as its run is queued."""
    wpid = body.workflow_id or body.agent_id
    if not wpid:
        raise HTTPException(422, "workflow_id (or agent_id) is required: wpid_...")
    stored = parts.workflows.get(caller.organization_id, wpid, version)
    started = parts.starter.start_workflow(
        stored, body.parameters or {}, run_options(parts, caller, body, max_steps=max_steps)
    )
    run = _answer(request, parts, caller, started.run_id)
    assert isinstance(run, WorkflowRunAnswer)
    return run


router.add_api_route(
    "/run/workflows", run_workflow, methods=["POST"], summary="Start a workflow",
    responses=NOT_FOUND, dependencies=[Launching],
)  # fmt: skip
router.add_api_route(
    "/run/agents", run_workflow, methods=["POST"], summary="Start a workflow, by its newer name",
    responses=NOT_FOUND, dependencies=[Launching],
)  # fmt: skip


@router.get("/runs", summary="List runs of all kinds")
def list_runs(
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    status: Statuses = None,
    run_type: Annotated[list[str] | None, Query(description="task_v1, workflow_run")] = None,
    workflow_permanent_id: Annotated[list[str] | None, Query()] = None,
    search_key: Annotated[
        str | None, Query(min_length=3, description="Part of an id or a title, in recent runs.")
    ] = None,
) -> list[RunItem]:
    """Runs, newest first."""
    kinds = set(run_type or ["task_v1", "workflow_run"])
    wants_tasks, wants_workflows = "task_v1" in kinds, "workflow_run" in kinds
    if not wants_tasks and not wants_workflows:
        return []
    query = RunQuery(
        caller.organization_id,
        kind=None if wants_tasks and wants_workflows else "task" if wants_tasks else "workflow_run",
        statuses=tuple(status or ()),
        workflow_permanent_ids=tuple(workflow_permanent_id or ()),
        page=page,
        page_size=page_size,
    )
    return page_of_items(parts, query, search_key, run_item)


@router.post("/runs/cancel", summary="Cancel several runs")
def cancel_runs(
    body: CancelRunsRequest, parts: ShimDependency, caller: CallerDependency
) -> CancelledRuns:
    """Cancels what can be canceled, and says which could not.

    It answers within seconds; runs that take longer to end are ending then, and count as cancelled.
    """

    def end(run_id: str) -> None:
        cancel(
            parts.instance,
            parts.store,
            parts.deployment,
            record_of(parts, caller, run_id).dagster_run,
        )

    asked = {run_id: parts.cancels.submit(end, run_id) for run_id in dict.fromkeys(body.run_ids)}
    wait(asked.values(), timeout=_CANCEL_SECONDS)
    failed = [run_id for run_id, ending in asked.items() if _has_failed(ending)]
    return CancelledRuns(
        cancelled=[run_id for run_id in asked if run_id not in failed], failed=failed
    )


@router.get("/runs/{run_id}", summary="A run of any kind", responses=NOT_FOUND)
def get_run(
    run_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    outputs: Shape = None,
) -> TaskAnswer | WorkflowRunAnswer:
    """How a run stands; the same as the body of its webhook."""
    run = _answer(request, parts, caller, run_id, outputs)
    assert isinstance(run, TaskAnswer | WorkflowRunAnswer)
    return run


@router.post("/runs/{run_id}/cancel", summary="Cancel a run", responses=NOT_FOUND | CONFLICT)
def cancel_run(run_id: PathId, parts: ShimDependency, caller: CallerDependency) -> None:
    """Stops the browser within seconds; a run that waits never starts. May be repeated."""
    cancel(
        parts.instance, parts.store, parts.deployment, record_of(parts, caller, run_id).dagster_run
    )


@router.get("/runs/{run_id}/artifacts", summary="A run's files", responses=NOT_FOUND)
def list_run_artifacts(
    run_id: PathId,
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    artifact_type: Annotated[list[str] | None, Query(description="May be repeated.")] = None,
) -> list[ArtifactAnswer]:
    """Screenshots, observations, steps, traces, recordings and downloads."""
    run = facts(parts, caller, run_id)
    links = parts.links(base_url(request))
    return artifact_answers(parts, run, links, tuple(artifact_type or ()))


@router.get("/runs/{run_id}/timeline", summary="A run's blocks and actions", responses=NOT_FOUND)
def get_timeline(
    run_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> list[TimelineEntry]:
    """The blocks that have ended, with their actions; loops hold their iterations."""
    return timeline(facts(parts, caller, run_id), parts.store)


@router.post("/runs/{run_id}/retry_webhook", summary="Send the webhook again", responses=NOT_FOUND)
def retry_run_webhook(
    run_id: PathId,
    parts: ShimDependency,
    caller: CallerDependency,
    body: RetryWebhookRequest | None = None,
) -> WebhookRetried:
    """Sends the run's webhook at once, once more, and says what the receiver answered."""
    run = facts(parts, caller, run_id)
    target = body.webhook_url if body else None
    if target is not None:
        parts.webhooks.policy.check(target)
    own = run.request.webhook_callback_url if run.request else None
    if target is None and own is None:
        raise HTTPException(400, f"Run {run_id} has no webhook: give webhook_url")
    began = time.monotonic()
    sent = parts.outbox.send_again(run.run, target)
    return WebhookRetried(
        run_id=run_id,
        run_type="task_v1" if run.kind == "task" else "workflow_run",
        payload=sent.body.decode(),
        headers=sent.headers,
        default_webhook_url=own,
        target_webhook_url=sent.url,
        status_code=sent.delivery.status_code,
        latency_ms=round((time.monotonic() - began) * 1000),
        response_body=sent.delivery.response_body,
        error=sent.delivery.error,
    )


def _has_failed(ending: Future[None]) -> bool:
    if not ending.done():
        ending.add_done_callback(_tell)
        return False
    error = ending.exception()
    if error is not None and not isinstance(error, RunError):
        raise error
    return error is not None


def _tell(ending: Future[None]) -> None:
    """Nobody waits for it any more."""
    if not ending.cancelled() and (error := ending.exception()) is not None:
        _log.warning("a run could not be canceled: %s", error)


def _answer(
    request: Request, parts: Shim, caller: Caller, run_id: str, outputs: str | None = None
) -> RunAnswer:
    remember_run(request, run_id)
    record = record_of(parts, caller, run_id)
    run = gather(parts.instance, parts.store, record)
    return answer(run, parts.links(base_url(request)), shape_of(parts, outputs))
