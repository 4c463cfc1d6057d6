"""From what is asked for, by REST or by a schedule, to the records of a run."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.artifacts.run_request import RunKind, RunOptions, RunRequest, keep_request
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import begin_run
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster.workflow.loader import Workflow


def make_request(
    kind: RunKind, run_id: str, asked: RunOptions, workflow: Workflow, stored: StoredWorkflow | None
) -> RunRequest:
    """The request for a run; what it doesn't say itself, the definition may.

    Args:
        run_id: The run's Skyvern id.
        stored: Where the workflow is a stored one.
    """
    definition = workflow.definition
    said = {
        "title": asked.title or definition.title,
        "proxy_location": asked.proxy_location or definition.proxy_location,
        "webhook_callback_url": asked.webhook_callback_url or definition.webhook_callback_url,
        "totp_verification_url": asked.totp_verification_url or definition.totp_verification_url,
        "totp_identifier": asked.totp_identifier or definition.totp_identifier,
    }
    return RunRequest(
        **{**asked.model_dump(), **said},
        run_id=run_id,
        kind=kind,
        created_at=utc_now().isoformat(),
        workflow_permanent_id=stored.workflow_permanent_id if stored else None,
        workflow_version=stored.version if stored else None,
    )


def begin(
    store: ArtifactStore, request: RunRequest, workflow: Workflow, parameters: dict[str, Any]
) -> dict[str, str]:
    """Begins a run's records: from here on there is an answer, however early its process ends.

    Returns:
        The tags to launch the run with.
    """
    begin_run(store, workflow, parameters, request.run_id, created_at=request.created_at)
    keep_request(store, request)
    run_tags = {
        tags.WORKFLOW_RUN_ID: request.run_id,
        tags.KIND: request.kind,
        tags.ORIGIN: "rest",
        tags.ORGANIZATION_ID: request.organization_id,
        tags.WORKFLOW: workflow.name,
        tags.WORKFLOW_PERMANENT_ID: workflow.workflow_permanent_id,
        tags.STATUS: "queued",
    }
    if request.workflow_version is not None:
        run_tags[tags.WORKFLOW_VERSION] = str(request.workflow_version)
    if request.webhook_callback_url:
        run_tags[tags.WEBHOOK] = "pending"
    return run_tags
