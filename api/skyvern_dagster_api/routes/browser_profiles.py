"""Browser profiles of an organization: kept encrypted, begun with by runs, never answered."""

from __future__ import annotations

from fastapi import HTTPException

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.secret_texts import masked
from skyvern_dagster.organizations.browser_profiles import BrowserProfile, BrowserProfiles
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.errors import ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_queries import Page, PageSize, facts
from skyvern_dagster_api.schemas.browser_profiles import (
    BrowserProfileAnswer,
    BrowserProfileChange,
    BrowserProfileRequest,
)
from skyvern_dagster_api.shim import Shim

router = SlashRouter(prefix="/v1/browser_profiles", tags=["browser profiles"], responses=ERRORS)


@router.post("", summary="Keep a browser profile", responses=NOT_FOUND)
def create_browser_profile(
    body: BrowserProfileRequest, parts: ShimDependency, caller: CallerDependency
) -> BrowserProfileAnswer:
    """Keeps the state that a run's browser was left in, for later runs to begin with."""
    if body.browser_session_id:
        raise HTTPException(
            400, "browser_session_id: browser sessions are not offered by this server"
        )
    if not body.workflow_run_id:
        raise HTTPException(400, "workflow_run_id: name the run whose browser's state it is")
    run = facts(parts, caller, body.workflow_run_id)
    state = _last_state(run, parts.store)
    made = _profiles(parts).create(
        caller.organization_id, masked(body.name), state, _without_secrets(body.description)
    )
    return _answer(made)


@router.get("", summary="List browser profiles")
def list_browser_profiles(
    parts: ShimDependency, caller: CallerDependency, page: Page = 1, page_size: PageSize = 10
) -> list[BrowserProfileAnswer]:
    """The organization's profiles, newest first."""
    profiles = _profiles(parts).list(caller.organization_id)
    return [_answer(each) for each in profiles[(page - 1) * page_size : page * page_size]]


@router.get("/{profile_id}", summary="A browser profile", responses=NOT_FOUND)
def get_browser_profile(
    profile_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> BrowserProfileAnswer:
    """What is known of a profile."""
    return _answer(_own(parts, caller, profile_id))


@router.patch("/{profile_id}", summary="Rename a browser profile", responses=NOT_FOUND)
def update_browser_profile(
    profile_id: PathId,
    body: BrowserProfileChange,
    parts: ShimDependency,
    caller: CallerDependency,
) -> BrowserProfileAnswer:
    """Gives it another name or description."""
    _own(parts, caller, profile_id)
    changed = _profiles(parts).rename(
        caller.organization_id,
        profile_id,
        _without_secrets(body.name),
        _without_secrets(body.description),
    )
    return _answer(changed)


@router.delete("/{profile_id}", summary="Delete a browser profile", responses=NOT_FOUND)
def delete_browser_profile(
    profile_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> None:
    """Deletes it with its state; runs that name it end with that as the reason."""
    _own(parts, caller, profile_id)
    _profiles(parts).delete(caller.organization_id, profile_id)


def _last_state(run: RunFacts, store: ArtifactStore) -> str:
    ended = sorted(run.records, key=lambda each: each.finished_at)
    states = [each.outcome.state for each in ended if each.outcome.state is not None]
    if not states or not store.exists(states[-1]):
        raise HTTPException(
            400,
            f"run {run.run_id} has left no browser state: no browser block of it has completed, "
            "or its last one was alone; with persist_browser_session a run keeps its state itself",
        )
    return store.read(states[-1]).decode()


def _without_secrets(text: str | None) -> str | None:
    return None if text is None else masked(text)


def _profiles(parts: Shim) -> BrowserProfiles:
    return BrowserProfiles(parts.store, parts.secret)


def _own(parts: Shim, caller: Caller, profile_id: str) -> BrowserProfile:
    profile = _profiles(parts).get(caller.organization_id, profile_id)
    if profile is None:
        raise HTTPException(404, f"Browser profile not found {profile_id[:200]}")
    return profile


def _answer(profile: BrowserProfile) -> BrowserProfileAnswer:
    return BrowserProfileAnswer.model_validate(profile.model_dump())
