"""What whoever started a run asked for beside its parameters, kept with the run's records."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError

RunKind = Literal["task", "workflow_run"]


class RunOptions(BaseModel):
    """What somebody asks for, whatever is to be run.

    Attributes:
        api_key_id: The key that the request came with: its webhooks are signed for that key.
        webhook_callback_url: Where the run's ending is reported; the definition's, unless given.
        totp_verification_url: Asked for one-time codes; before the blocks' own.
        totp_identifier: Whom pushed one-time codes are for; before the blocks' own.
        max_steps: Limits every task of the run.
        max_seconds: After which the run is ended as ``timed_out``.
        extra_http_headers: What the browser sends to the sites of its tasks beside its own headers,
            before the definition's; values as references to the run's secrets.
        browser_profile_id: The browser profile that the run begins with; before the definition's.
        start_fresh_browser: Whether it begins with a clean browser all the same.
        body: The request's body as it was understood, for answers that repeat it.
        retried_from: The run that this one repeats.
    """

    model_config = ConfigDict(frozen=True)

    organization_id: str
    api_key_id: str | None = None
    title: str | None = None
    proxy_location: Any = None
    webhook_callback_url: str | None = None
    totp_verification_url: str | None = None
    totp_identifier: str | None = None
    max_steps: int | None = None
    max_seconds: int | None = None
    browser_profile_id: str | None = None
    start_fresh_browser: bool = False
    extra_http_headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
    retried_from: str | None = None


class RunRequest(RunOptions):
    """The request that a run answers; runs that nobody asked for over REST have none.

    Attributes:
        run_id: ``tsk_...`` for a task, ``wr_...`` for a workflow run; also the id of its records.
        created_at: Naive UTC timestamp.
        workflow_version: Version of the stored workflow; ``None`` for a task.
    """

    run_id: str
    kind: RunKind
    created_at: str
    workflow_permanent_id: str | None = None
    workflow_version: int | None = None


def keep_request(store: ArtifactStore, request: RunRequest) -> None:
    """Keeps a request before its run is launched."""
    store.write(RunKeys(request.run_id).request, request.model_dump_json(indent=2).encode())


def read_request(store: ArtifactStore, run_id: str) -> RunRequest | None:
    """The request of a run, if it was started by one.

    Raises:
        ArtifactError: It is damaged.
    """
    key = RunKeys(run_id).request
    if not store.exists(key):
        return None
    try:
        return RunRequest.model_validate_json(store.read(key))
    except ValidationError as error:
        raise ArtifactError(f"the request {key!r} is damaged: {error}") from error
