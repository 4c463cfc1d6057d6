"""Which browser profile a run begins with, and which one it keeps up."""

from __future__ import annotations

from typing import NamedTuple

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.run_request import RunRequest
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.browser.state import BrowserState
from skyvern_dagster.errors import (
    BlockError,
    OrganizationError,
    ParameterError,
    TemplateError,
)
from skyvern_dagster.execution.names import Names
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.organizations.browser_profiles import managed_id
from skyvern_dagster.templating.rendering import evaluate_for_text, is_template
from skyvern_dagster.workflow.definition import WorkflowDefinition


class RunProfile(NamedTuple):
    """The profiles of a run, by their ids; empty for none.

    Attributes:
        begins_with: The one whose state its browser begins with.
        is_named: Whether somebody has named that one: then it has to be there.
        keeps: The one that its last state goes to once it has completed.
    """

    begins_with: str = ""
    is_named: bool = False
    keeps: str = ""


def profile_of(
    definition: WorkflowDefinition, scope: Scope, request: RunRequest | None
) -> RunProfile:
    """The profiles of a run.

    One that is named by the request or the definition is begun with, and only kept up where
    ``persist_browser_session`` says so; else that goes to one that belongs to the workflow.

    Raises:
        ParameterError: A template can't be rendered.
    """
    asked = request.browser_profile_id if request is not None else None
    named = asked or _rendered(definition.browser_profile_id, definition, scope)
    is_fresh = request is not None and request.start_fresh_browser
    keeps = ""
    if definition.persist_browser_session:
        key = _rendered(definition.browser_profile_key, definition, scope)
        own = managed_id(scope.organization_id, scope.workflow_permanent_id, key)
        keeps = named or own
    return RunProfile("" if is_fresh else named or keeps, bool(named), keeps)


def begun_with_profile(services: Services, scope: Scope, profile: RunProfile) -> Scope:
    """The scope in which a run begins whose browser begins with a profile.

    Raises:
        ParameterError: The profile isn't there, or can't be read.
    """
    start = RunKeys(scope.workflow_run_id).starting_state
    if services.artifacts.exists(start):  # another run, whose block has started it, has left it
        return scope.model_copy(update={"state": start})
    if not profile.begins_with or services.profiles is None:
        return scope
    try:
        text = services.profiles().state(scope.organization_id, profile.begins_with)
    except OrganizationError as error:
        raise ParameterError(f"browser_profile_id: {error}") from error
    if text is None:
        if profile.is_named:
            raise ParameterError(f"there is no browser profile {profile.begins_with[:80]!r}")
        return scope
    # Where the page was is the end of another run.
    state = BrowserState.model_validate_json(text).model_copy(update={"url": ""})
    services.artifacts.write(start, state.model_dump_json().encode())
    return scope.model_copy(update={"state": start, "has_page": False})


def keep_profile(services: Services, scope: Scope, profile: RunProfile) -> str | None:
    """Keeps the last state of a run that has completed, where it is to be kept.

    Returns:
        What was kept, in words for the run's log.

    Raises:
        OrganizationError: The profile can't be read.
    """
    if not profile.keeps or scope.state is None or services.profiles is None:
        return None
    if scope.state == RunKeys(scope.workflow_run_id).starting_state:
        return None
    text = services.artifacts.read(scope.state).decode()
    services.profiles().keep(
        scope.organization_id,
        profile.keeps,
        text,
        name=scope.workflow_title,
        workflow=scope.workflow_permanent_id,
    )
    return f"the browser's state was kept as the profile {profile.keeps}"


def _rendered(text: str | None, definition: WorkflowDefinition, scope: Scope) -> str:
    if not text:
        return ""
    names = Names(definition, scope)
    try:
        value = names.get(text, text)
        value = evaluate_for_text(text, names) if is_template(text) else value
    except (TemplateError, BlockError) as error:
        raise ParameterError(f"the browser profile: {error}") from error
    return "" if value is None else str(value).strip()
