"""Whom a run's webhooks are for."""

from __future__ import annotations

from dataclasses import dataclass

import dagster as dg

from skyvern_dagster.artifacts.run_request import read_request
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import has_begun, read_run
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID


@dataclass(frozen=True)
class Recipient:
    """Where a run's endings are reported.

    Attributes:
        url: Never shown as a whole: it may carry what only the receiver should know. ``None``
            where nobody wants to know.
        api_key_id: The key of the run's request.
    """

    url: str | None
    organization_id: str
    api_key_id: str | None = None


def recipient_of(store: ArtifactStore, run: dg.DagsterRun) -> Recipient:
    """Whom to tell how a run ended, by its request or else its definition.

    Raises:
        ArtifactError: The request or the definition can't be read.
    """
    run_id = run.tags.get(tags.WORKFLOW_RUN_ID, "")
    request = read_request(store, run_id) if run_id else None
    if request is not None:
        return Recipient(
            request.webhook_callback_url or None, request.organization_id, request.api_key_id
        )
    url = None
    if has_begun(store, run_id):
        workflow, _ = read_run(store, run_id)
        url = workflow.definition.webhook_callback_url or None
    return Recipient(url, run.tags.get(tags.ORGANIZATION_ID, DEFAULT_ORGANIZATION_ID))
