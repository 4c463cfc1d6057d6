"""Answers that are not the run's own (those are in ``skyvern_dagster.runs``)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.runs.timestamp import Timestamp


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class TaskCreated(_Answer):
    """A task that has been queued."""

    task_id: str = Field(examples=["tsk_123456"])


class WorkflowRunCreated(_Answer):
    """A workflow run that has been queued, its workflow's id under both documented names.

    See docs/contract.md#where-sources-differ.
    """

    workflow_id: str = Field(description="The permanent id.", examples=["wpid_123456"])
    workflow_permanent_id: str = Field(examples=["wpid_123456"])
    workflow_run_id: str = Field(examples=["wr_123456"])


class WorkflowAnswer(_Answer):
    """A version of a workflow."""

    model_config = ConfigDict(frozen=True, extra="allow")

    workflow_id: str = Field(description="Of this version (w_...).")
    workflow_permanent_id: str
    agent_id: str = Field(description="The permanent id under its newer name.")
    organization_id: str
    title: str
    version: int
    is_saved_task: bool = False
    description: str | None = None
    workflow_definition: dict[str, Any]
    proxy_location: Any = None
    webhook_callback_url: str | None = None
    totp_verification_url: str | None = None
    totp_identifier: str | None = None
    persist_browser_session: bool = False
    status: str = "published"
    folder_id: str | None = None
    warnings: list[dict[str, Any]] = Field(
        default_factory=list,
        description="When it is stored: what has no effect here, or will fail when it is run.",
    )
    job_name: str = Field(description="The Dagster job that it is compiled to.")
    created_at: Timestamp
    modified_at: Timestamp
    deleted_at: Timestamp | None = None


class WorkflowRunItem(_Answer):
    """A run in a list; the run itself says more."""

    workflow_run_id: str
    workflow_id: str
    workflow_permanent_id: str
    organization_id: str
    status: str
    workflow_title: str | None = None
    proxy_location: Any = None
    webhook_callback_url: str | None = None
    totp_verification_url: str | None = None
    totp_identifier: str | None = None
    failure_reason: str | None = None
    queued_at: Timestamp | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    created_at: Timestamp
    modified_at: Timestamp


class RunItem(_Answer):
    """A run of any kind in the list of ``/v1/runs``."""

    run_id: str
    task_run_id: str
    run_type: str
    task_run_type: str
    status: str
    title: str | None = None
    workflow_permanent_id: str | None = None
    workflow_deleted: bool = False
    script_run: bool = False
    trigger_type: str | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    created_at: Timestamp


class ArtifactAnswer(_Answer):
    """A file of a run."""

    artifact_id: str
    artifact_type: str
    uri: str = Field(description="Where it lies in the artifact store.")
    organization_id: str
    run_id: str
    task_id: str | None = None
    step_id: str | None = None
    workflow_run_id: str | None = None
    filename: str
    content_type: str
    signed_url: str = Field(description="A link that expires.")
    created_at: Timestamp
    modified_at: Timestamp


class CancelledRuns(_Answer):
    """How the cancelling of several runs went."""

    cancelled: list[str]
    failed: list[str]


class WebhookRetried(_Answer):
    """What a webhook's receiver answered."""

    run_id: str
    run_type: str
    payload: str = Field(description="The body, as it was sent.")
    headers: dict[str, str] = Field(description="The headers, as they were sent.")
    default_webhook_url: str | None = None
    target_webhook_url: str | None = None
    status_code: int | None = None
    latency_ms: int | None = None
    response_body: str | None = None
    error: str | None = None


class UploadedAnswer(_Answer):
    """A file that was given to the shim."""

    s3_uri: str = Field(description="Where it lies; s3:// where the artifact store is there.")
    presigned_url: str = Field(description="A link that expires.")
    file_id: str
    expires_at: Timestamp


class OrganizationAnswer(_Answer):
    """The caller's organization."""

    organization_id: str
    organization_name: str
    webhook_callback_url: None = None
    max_steps_per_run: int | None = None
    max_retries_per_step: int | None = None
    domain: None = None
    created_at: Timestamp
    modified_at: Timestamp


class Organizations(_Answer):
    """The organizations of a key: one."""

    organizations: list[OrganizationAnswer]


class ApiKeyAnswer(_Answer):
    """What is kept of an API key."""

    id: str
    organization_id: str
    token_type: str = "api"  # noqa: S105 - what kind of token it is
    token: str = Field(description="Only its kind and end of id: the key itself is kept nowhere.")
    valid: bool
    created_at: Timestamp
    modified_at: Timestamp


class ApiKeyList(_Answer):
    """The keys of an organization."""

    api_keys: list[ApiKeyAnswer]


class ScheduleAnswer(_Answer):
    """A schedule of a workflow."""

    workflow_schedule_id: str
    organization_id: str
    workflow_permanent_id: str
    cron_expression: str
    timezone: str
    enabled: bool
    parameters: dict[str, Any]
    name: str | None = None
    description: str | None = None
    created_at: Timestamp
    modified_at: Timestamp
    deleted_at: Timestamp | None = None


class ScheduleItem(ScheduleAnswer):
    """A schedule in the list of all of an organization's."""

    workflow_title: str
    next_run: Timestamp | None = None


class ScheduleWithRuns(_Answer):
    """A schedule, and when it comes due next."""

    schedule: ScheduleAnswer
    next_runs: list[Timestamp]


class Schedules(_Answer):
    """The schedules of one workflow."""

    schedules: list[ScheduleAnswer]


class SchedulePage(_Answer):
    """A page of the schedules of all workflows."""

    schedules: list[ScheduleItem]
    total_count: int
    page: int
    page_size: int


class Deleted(_Answer):
    """Something is gone."""

    ok: bool = True


class TotpCodeAnswer(_Answer):
    """A one-time code as it was understood."""

    totp_code_id: str
    organization_id: str
    totp_identifier: str
    content: str
    code: str = Field(description="Empty where the content holds none.")
    task_id: str | None = None
    workflow_id: str | None = None
    workflow_run_id: str | None = None
    source: str | None = None
    type: str | None = None
    otp_type: str | None = None
    expired_at: Timestamp
    created_at: Timestamp
    modified_at: Timestamp


class VersionAnswer(_Answer):
    """Which version this is."""

    version: str
    skyvern_dagster: str
    dagster: str


class GeneratedTask(_Answer):
    """A task made from a prompt, without a model: the prompt is the goal."""

    task_generation_id: str
    organization_id: str
    user_prompt: str
    user_prompt_hash: str
    url: str | None = None
    navigation_goal: str
    data_extraction_goal: str | None = None
    navigation_payload: None = None
    extracted_information_schema: None = None
    suggested_title: str
    created_at: Timestamp
    modified_at: Timestamp
