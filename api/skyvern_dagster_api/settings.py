"""The shim's settings, from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from skyvern_dagster.errors import RunError
from skyvern_dagster.workflow.findings import did_you_mean

PREFIX = "SKYVERN_API_"


def _access(value: object) -> object:
    """``true`` and ``false`` are what this setting was before."""
    return {"true": "open", "1": "open", "false": "off", "0": "off"}.get(str(value).lower(), value)


Access = Annotated[Literal["open", "key", "off"], BeforeValidator(_access)]


class Settings(BaseModel):
    """Each field is read from ``SKYVERN_API_<NAME>``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dagster_url: str = Field(
        default="http://127.0.0.1:3000", description="Dagster's webserver, for launching."
    )
    dagster_token: str = Field(
        default="", repr=False, description="Sent to it as a bearer token, where it wants one."
    )
    dagster_ui_url: str = Field(
        default="", description="Dagster's UI as people reach it, for app_url; else dagster_url."
    )
    code_location: str = Field(
        default="", description="Code location of the Skyvern jobs; looked for when empty."
    )
    public_url: str = Field(
        default="", description="Where clients reach the shim, for links; else the request's host."
    )
    outputs: Literal["documented", "v2"] = Field(
        default="documented", description="Shape of `outputs` where a request names none."
    )
    # Arbitrary: a day, in which a nightly batch has fetched what a webhook told of.
    link_seconds: int = Field(default=86_400, ge=60, description="How long links are good for.")
    # 10 MiB, as a file that is given (docs/contract.md#limits).
    max_body_bytes: int = Field(default=10_485_760, ge=1024)
    rate_limit: str = Field(
        default="1200/minute", description="Requests per API key; empty for no limit."
    )
    # Arbitrary: days of work for one machine's browsers; beyond it a client is in a loop.
    max_concurrent_runs: int = Field(
        default=100, ge=0, description="Unfinished runs per organization; 0 for no limit."
    )
    allow_private_urls: bool = Field(
        default=False, description="Whether tasks may open addresses in private networks."
    )
    # A pass that has nothing to send is one query; twice a second isn't felt by receivers.
    webhook_seconds: float = Field(
        default=0.5,
        ge=0,
        description="How often webhooks are looked after; 0 leaves them to "
        "another process or to the sensor.",
    )
    # Workflows that are stored one after the other come within it, and nobody looks sooner.
    reload_seconds: float = Field(
        default=2.0,
        ge=0,
        description="How long after a workflow or schedule was stored, and no other one since, "
        "Dagster loads it as a job of its own.",
    )
    access_log: bool = Field(
        default=True,
        description="Whether a JSON line per request goes to standard output (logger "
        "skyvern_dagster_api.access).",
    )
    metrics: Access = Field(
        default="open", description="Who may read /metrics: open, key (any API key), or off."
    )
    docs: Access = Field(
        default="open",
        description="Who may read /docs, /redoc, /openapi.json: open, key (any API key), or off.",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process.

        Raises:
            RunError: A variable is unknown or has a value that it can't have.
        """
        given = os.environ if environment is None else environment
        values = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in given.items()
            if name.startswith(PREFIX)
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = "; ".join(_problem(each) for each in error.errors())
            raise RunError(f"the API's settings are wrong: {problems}") from error


def _problem(error: ErrorDetails) -> str:
    name = f"{PREFIX}{'.'.join(map(str, error['loc'])).upper()}"
    if error["type"] != "extra_forbidden":
        return f"{name}: {error['msg']}"
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    hint = did_you_mean(name, known)
    return f"{name}: there is no such setting" + (f"; {hint}" if hint else "")
