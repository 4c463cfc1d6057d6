"""From a request's body to a run that is asked for: limits, addresses, what isn't offered."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, HTTPException, Request
from pydantic import BaseModel

from skyvern_dagster.artifacts.run_request import RunOptions
from skyvern_dagster.organizations.browser_profiles import BrowserProfiles
from skyvern_dagster_api.auth import Caller
from skyvern_dagster_api.organization_settings import read_settings
from skyvern_dagster_api.schemas.requests import MOST_STEPS
from skyvern_dagster_api.shim import Shim

MaxSteps = Annotated[
    int | None,
    Header(
        alias="x-max-steps-override", ge=1, le=MOST_STEPS, description="Limits the task's steps."
    ),
]

_NOT_OFFERED = {
    "browser_session_id": "browser sessions are not offered by this server",
    "browser_address": "runs use this server's browser: give none",
}


def run_options(
    parts: Shim, caller: Caller, body: BaseModel, *, max_steps: int | None = None
) -> RunOptions:
    """What every kind of request has in common, checked.

    Raises:
        HTTPException: Something that this server doesn't offer (400).
        BlockedAddressError: An address is in a private network.
    """
    _check_offered(body)
    webhook = _first(body, "webhook_callback_url", "webhook_url")
    totp_url = _first(body, "totp_verification_url", "totp_url")
    for address in (webhook, totp_url):
        if address is not None:
            parts.webhooks.policy.check(address)
    minutes = _first(body, "max_elapsed_time_minutes")
    default_steps = read_settings(parts.store, caller.organization_id).max_steps_per_run
    return RunOptions(
        organization_id=caller.organization_id,
        api_key_id=caller.api_key_id,
        title=_first(body, "title"),
        proxy_location=_first(body, "proxy_location"),
        webhook_callback_url=webhook,
        totp_verification_url=totp_url,
        totp_identifier=_first(body, "totp_identifier"),
        max_steps=max_steps or _first(body, "max_steps", "max_steps_per_run") or default_steps,
        max_seconds=None if minutes is None else int(minutes) * 60,
        browser_profile_id=_own_profile(parts, caller, _first(body, "browser_profile_id")),
        start_fresh_browser=bool(_first(body, "start_fresh_browser")),
        extra_http_headers=_first(body, "extra_http_headers") or {},
        body=body.model_dump(mode="json"),
    )


def check_page(parts: Shim, url: str) -> None:
    """Whether a task may begin there.

    Raises:
        BlockedAddressError: It is in a private network.
    """
    parts.page_policy.check(url)


def base_url(request: Request) -> str:
    """Where the client has reached the shim."""
    return str(request.base_url).rstrip("/")


def _check_offered(body: BaseModel) -> None:
    for name, reason in _NOT_OFFERED.items():
        if getattr(body, name, None):
            raise HTTPException(400, f"{name}: {reason}")


def _own_profile(parts: Shim, caller: Caller, profile_id: str | None) -> str | None:
    """The browser profile that a run is to begin with, if it is the organization's.

    Raises:
        HTTPException: It has no such profile (404).
    """
    if not profile_id:
        return None
    profiles = BrowserProfiles(parts.store, parts.secret)
    if profiles.get(caller.organization_id, profile_id) is None:
        raise HTTPException(404, f"Browser profile not found {profile_id[:200]}")
    return profile_id


def _first(body: BaseModel, *names: str) -> Any:
    values = (getattr(body, name, None) for name in names)
    return next((value for value in values if value is not None), None)
