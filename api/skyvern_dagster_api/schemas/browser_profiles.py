"""Browser profiles: the state of a browser, of which only the name is ever answered."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.runs.timestamp import Timestamp


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class BrowserProfileRequest(_Body):
    """``POST /v1/browser_profiles``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "The shop, logged in", "workflow_run_id": "wr_123456789"}]
        }
    )

    name: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    workflow_run_id: str | None = Field(
        default=None, description="The run whose browser's last state it is."
    )
    browser_session_id: str | None = Field(default=None, description="Not offered here.")


class BrowserProfileChange(_Body):
    """``PATCH /v1/browser_profiles/{profile_id}``: what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "The shop"}]})

    name: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)


class BrowserProfileAnswer(BaseModel):
    """What is known of a profile, without its state."""

    browser_profile_id: str
    organization_id: str
    name: str
    description: str | None = None
    is_managed: bool = Field(
        default=False, description="Whether a workflow's runs keep it up (persist_browser_session)."
    )
    workflow_permanent_id: str | None = None
    created_at: Timestamp
    modified_at: Timestamp
    deleted_at: Timestamp | None = None
