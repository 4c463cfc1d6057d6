"""What isn't about runs: is the server there, who am I, which version."""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib.metadata import version
from typing import Annotated

from fastapi import HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import Field

from skyvern_dagster.ids import new_id
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster_api.auth import CallerDependency, ShimDependency, check_access
from skyvern_dagster_api.errors import ERRORS, NOT_FOUND
from skyvern_dagster_api.organization_settings import (
    OrganizationSettings,
    change_settings,
    read_settings,
)
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.schemas.answers import (
    ApiKeyAnswer,
    ApiKeyList,
    GeneratedTask,
    OrganizationAnswer,
    Organizations,
    VersionAnswer,
)
from skyvern_dagster_api.schemas.requests import OrganizationUpdate, PromptRequest

legacy = SlashRouter(prefix="/api/v1", tags=["system"], responses=ERRORS)
public = SlashRouter(tags=["system"])


@public.get("/api/v1/heartbeat", summary="Is the server there?")
def heartbeat() -> Annotated[str, Field(examples=["Server is running."])]:
    """Answers without a key."""
    return "Server is running."


@public.get("/v1/version", summary="Which version is this?")
def get_version() -> VersionAnswer:
    """Of this server, and of the Dagster under it."""
    own = version("skyvern-dagster")
    return VersionAnswer(version=own, skyvern_dagster=own, dagster=version("dagster"))


@public.get("/metrics", summary="For Prometheus", response_class=PlainTextResponse)
def metrics(request: Request, parts: ShimDependency) -> PlainTextResponse:
    """Numbers of this process, and of the instance's runs."""
    check_access(request, parts, parts.settings.metrics, "SKYVERN_API_METRICS")
    text = request.app.state.metrics.text(parts.instance)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


@public.post(
    "/api/v1/webhook", summary="A receiver to try webhooks with",
    responses={400: ERRORS[400]},
)  # fmt: skip
async def webhook(
    request: Request,
) -> Annotated[str, Field(examples=["webhook validation"])]:
    """Answers 200 when both headers of a webhook are there, and keeps nothing."""
    await request.body()
    missing = [
        name
        for name in ("x-skyvern-signature", "x-skyvern-timestamp")
        if name not in request.headers
    ]
    if missing:
        raise HTTPException(400, f"Missing headers: {', '.join(missing)}")
    return "webhook validation"


@legacy.get("/organizations", summary="The key's organization")
def get_organizations(parts: ShimDependency, caller: CallerDependency) -> Organizations:
    """A key belongs to one organization."""
    settings = read_settings(parts.store, caller.organization_id)
    return Organizations(organizations=[_organization(caller.organization_id, settings)])


@legacy.put("/organizations", summary="Change the organization's settings")
def put_organization(
    body: OrganizationUpdate, parts: ShimDependency, caller: CallerDependency
) -> OrganizationAnswer:
    """``max_steps_per_run`` holds for tasks that say nothing themselves."""
    changed = change_settings(
        parts.store,
        caller.organization_id,
        organization_name=body.organization_name,
        max_steps_per_run=body.max_steps_per_run,
    )
    return _organization(caller.organization_id, changed)


@legacy.get(
    "/organizations/{organization_id}/apikeys", summary="The organization's keys",
    responses=NOT_FOUND,
)  # fmt: skip
def get_keys(
    organization_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> ApiKeyList:
    """Which keys there are; the keys themselves are kept nowhere."""
    if organization_id != caller.organization_id:
        raise HTTPException(404, f"Organization not found {organization_id}")
    keys = [
        ApiKeyAnswer(
            id=key.key_id,
            organization_id=key.organization_id,
            token=f"…{key.key_id[-4:]}",
            valid=key.is_usable,
            created_at=key.created_at,
            modified_at=key.revoked_at or key.created_at,
        )
        for key in parts.keys.list(caller.organization_id)
    ]
    return ApiKeyList(api_keys=keys)


@legacy.post("/generate/task", summary="A task from a prompt")
def generate_task(body: PromptRequest, caller: CallerDependency) -> GeneratedTask:
    """The prompt as the goal; an address in it as the place to begin at."""
    now = utc_now()
    words = body.prompt.split()
    url = next((word.rstrip(".,;)") for word in words if word.startswith("http")), None)
    return GeneratedTask(
        task_generation_id=new_id("a").replace("a_", "tg_"),
        organization_id=caller.organization_id,
        user_prompt=body.prompt,
        user_prompt_hash=hashlib.sha256(body.prompt.encode()).hexdigest(),
        url=url,
        navigation_goal=body.prompt,
        suggested_title=" ".join(words[:8]),
        created_at=now,
        modified_at=now,
    )


def _organization(organization_id: str, settings: OrganizationSettings) -> OrganizationAnswer:
    return OrganizationAnswer(
        organization_id=organization_id,
        organization_name=settings.organization_name,
        max_steps_per_run=settings.max_steps_per_run,
        max_retries_per_step=None,
        created_at=datetime.fromisoformat(settings.created_at),
        modified_at=datetime.fromisoformat(settings.modified_at),
    )
