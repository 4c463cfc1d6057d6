"""Bodies of requests; docs/contract.md#fields-of-requests says what each field means.

Clients send explicit nulls for what they don't set (docs/contract.md#general-rules).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from skyvern_dagster.runs.single_block import CredentialType

MOST_STEPS = 1000
"""Forty times the usual 25, a bound on what one request can cost (docs/contract.md#limits).
Arbitrary."""


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must be an http or https URL")
    return value


WebUrl = Annotated[str, Field(max_length=8192), AfterValidator(_web_address)]
Steps = Annotated[int, Field(ge=1, le=MOST_STEPS)]


class _Body(BaseModel):
    """Fields that Skyvern has and we don't know are left out, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_empty_texts(cls, given: Any) -> Any:
        """An empty text means that an optional field isn't set, as Skyvern's clients send it."""
        if not isinstance(given, dict):
            return given
        fields = cls.model_fields
        return {
            name: value
            for name, value in given.items()
            if value != "" or name not in fields or fields[name].is_required()
        }


class LegacyTaskRequest(_Body):
    """``POST /api/v1/tasks`` (docs/contract.md#task-request-of-2024)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://shop.example.com/orders",
                    "navigation_goal": "Open the newest order",
                    "data_extraction_goal": "The order's number and total",
                    "extracted_information_schema": {
                        "type": "object",
                        "properties": {"number": {"type": "string"}, "total": {"type": "string"}},
                    },
                    "webhook_callback_url": "https://app.example.com/webhooks/skyvern",
                    "proxy_location": "RESIDENTIAL",
                }
            ]
        }
    )

    url: WebUrl
    title: str | None = None
    navigation_goal: str | None = Field(default=None, description="What to do.")
    data_extraction_goal: str | None = Field(default=None, description="What to read.")
    navigation_payload: dict[str, JsonValue] | list[JsonValue] | str | None = Field(
        default=None, description="Facts that the agent may use."
    )
    extracted_information_schema: dict[str, JsonValue] | list[JsonValue] | str | None = None
    error_code_mapping: dict[str, str] | None = None
    webhook_callback_url: WebUrl | None = None
    totp_verification_url: WebUrl | None = None
    totp_identifier: str | None = None
    proxy_location: JsonValue = Field(default=None, description="Kept, and without effect.")
    max_steps_per_run: Steps | None = None
    complete_on_download: bool | None = None


class ContinueRequest(_Body):
    """``POST /v1/workflows/runs/{workflow_run_id}/continue``; its body is ours, and optional."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"approved": True}]})

    approved: bool = Field(default=True, description="Whether the answer is yes.")


class LegacyWorkflowRunRequest(_Body):
    """``POST /api/v1/workflows/{workflow_permanent_id}/run``.

    See docs/contract.md#workflow-run-request-of-2024.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "data": {
                        "website_url": "https://shop.example.com",
                        "invoice_retrieval_start_date": "2024-04-15",
                    },
                    "webhook_callback_url": "https://app.example.com/webhooks/skyvern",
                    "proxy_location": "RESIDENTIAL",
                }
            ]
        }
    )

    data: dict[str, JsonValue] | None = Field(default=None, description="The parameters.")
    webhook_callback_url: WebUrl | None = None
    totp_verification_url: WebUrl | None = None
    totp_identifier: str | None = None
    proxy_location: JsonValue = Field(default=None, description="Kept, and without effect.")
    # 10,080 minutes are a week. Arbitrary: it keeps the deadline a date that can be reckoned
    # with.
    max_elapsed_time_minutes: int | None = Field(default=None, ge=1, le=10_080)


class _RunRequest(_Body):
    title: str | None = None
    proxy_location: JsonValue = Field(default=None, description="Kept, and without effect.")
    webhook_url: WebUrl | None = None
    totp_identifier: str | None = None
    totp_url: WebUrl | None = None
    browser_session_id: str | None = Field(default=None, description="Not offered here.")
    browser_profile_id: str | None = Field(
        default=None, description="The browser profile that the run begins with."
    )
    start_fresh_browser: bool | None = Field(
        default=None, description="Whether it begins with a clean browser all the same."
    )
    browser_address: str | None = Field(default=None, description="Not offered here.")
    max_screenshot_scrolls: int | None = None
    extra_http_headers: dict[str, str] | None = Field(
        default=None,
        description="Sent by the browser to the site that a task is about, and to no other; values "
        "are kept like secrets.",
    )


class TaskRunRequest(_RunRequest):
    """``POST /v1/run/tasks``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "prompt": "Find the newest order and its total",
                    "url": "https://shop.example.com/orders",
                    "data_extraction_schema": {
                        "type": "object",
                        "properties": {"total": {"type": "string"}},
                    },
                    "max_steps": 10,
                }
            ]
        }
    )

    prompt: str = Field(min_length=1, description="What to do, and what to read.")
    url: WebUrl | None = Field(default=None, description="Where to begin; needed here.")
    engine: str | None = Field(default=None, description="Any; there is one agent here.")
    data_extraction_schema: dict[str, JsonValue] | list[JsonValue] | str | None = None
    error_code_mapping: dict[str, str] | None = None
    max_steps: Steps | None = None


class LoginRequest(_RunRequest):
    """``POST /v1/run/tasks/login``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "credential_type": "skyvern",
                    "credential_id": "cred_123456",
                    "url": "https://shop.example.com/login",
                }
            ]
        }
    )

    credential_type: CredentialType
    url: WebUrl | None = Field(default=None, description="Where to begin; needed here.")
    prompt: str | None = Field(default=None, description="What to do beside logging in.")
    credential_id: str | None = Field(
        default=None, description="A stored credential (cred_...), or a name that was granted."
    )
    bitwarden_collection_id: str | None = None
    bitwarden_item_id: str | None = None
    onepassword_vault_id: str | None = None
    onepassword_item_id: str | None = None
    azure_vault_name: str | None = None
    azure_vault_username_key: str | None = None
    azure_vault_password_key: str | None = None
    azure_vault_totp_secret_key: str | None = None


class DownloadFilesRequest(_RunRequest):
    """``POST /v1/run/tasks/download_files``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "navigation_goal": "Download the newest invoice",
                    "url": "https://shop.example.com/orders",
                }
            ]
        }
    )

    navigation_goal: str = Field(min_length=1, description="What to download.")
    url: WebUrl | None = Field(default=None, description="Where to begin; needed here.")
    download_suffix: str | None = Field(default=None, description="Name of the file.")
    download_timeout: float | None = Field(default=None, gt=0, description="Seconds.")
    max_steps_per_run: Steps | None = None


class WorkflowRunRequest(_RunRequest):
    """``POST /v1/run/workflows`` and ``/v1/run/agents``; the id under either name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "workflow_id": "wpid_123456",
                    "parameters": {"website_url": "https://shop.example.com"},
                    "webhook_url": "https://app.example.com/webhooks/skyvern",
                }
            ]
        }
    )

    workflow_id: str | None = Field(default=None, description="wpid_...")
    agent_id: str | None = Field(default=None, description="The same, under its newer name.")
    parameters: dict[str, JsonValue] | None = None
    max_elapsed_time_minutes: int | None = Field(default=None, ge=1, le=10_080)
    run_with: str | None = None
    ai_fallback: bool | None = None
    run_metadata: dict[str, str] | None = None


class WorkflowDefinitionRequest(_Body):
    """``POST /v1/workflows``: one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "yaml_definition": "title: One page\nworkflow_definition:\n  parameters: []\n"
                    "  blocks:\n  - block_type: task\n    label: look\n"
                    "    url: https://example.com\n    data_extraction_goal: The heading\n"
                }
            ]
        }
    )

    yaml_definition: str | None = None
    json_definition: dict[str, JsonValue] | None = None


class CancelRunsRequest(_Body):
    """``POST /v1/runs/cancel``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"run_ids": ["wr_123456", "tsk_123456"]}]}
    )

    # A hundred: as many as a page of runs has at most.
    run_ids: list[str] = Field(min_length=1, max_length=100)


class RetryWebhookRequest(_Body):
    """``POST /v1/runs/{run_id}/retry_webhook``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"webhook_url": "https://app.example.com/again"}]}
    )

    webhook_url: WebUrl | None = Field(default=None, description="Else the run's own.")


class ScheduleRequest(_Body):
    """A schedule of a workflow."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cron_expression": "0 6 1 * *",
                    "timezone": "Europe/Berlin",
                    "name": "First of the month",
                    "parameters": {"website_url": "https://shop.example.com"},
                }
            ]
        }
    )

    # Five fields of one character and four spaces; 200 is arbitrary, for long lists of
    # minutes.
    cron_expression: str = Field(min_length=9, max_length=200)
    timezone: str = "UTC"
    enabled: bool | None = True
    parameters: dict[str, JsonValue] | None = None
    name: str | None = None
    description: str | None = None


class TotpCodeRequest(_Body):
    """A one-time code that somebody has received."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"totp_identifier": "me@example.com", "content": "Your code is 482913"}]
        }
    )

    totp_identifier: str = Field(min_length=1, max_length=500)
    # Arbitrary: an e-mail in HTML has tens of thousands of characters.
    content: str = Field(min_length=1, max_length=100_000)
    task_id: str | None = None
    workflow_id: str | None = None
    workflow_run_id: str | None = None
    source: str | None = None
    expired_at: str | None = None
    type: str | None = None


class OrganizationUpdate(_Body):
    """``PUT /api/v1/organizations``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"max_steps_per_run": 20}]})

    # Arbitrary: a name that fits a heading.
    organization_name: str | None = Field(default=None, max_length=200)
    max_steps_per_run: Steps | None = None


class PromptRequest(_Body):
    """``POST /api/v1/generate/task``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"prompt": "Find the newest order on https://shop.example.com"}]
        }
    )

    # Arbitrary: several pages of instructions; a model is asked with all of it.
    prompt: str = Field(min_length=1, max_length=10_000)


SortOrder = Literal["asc", "desc"]
SortField = Literal["created_at", "modified_at"]
Parameters = dict[str, Any]
