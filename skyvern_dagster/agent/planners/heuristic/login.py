"""Logging in: finding the form, filling it in once, and judging what came of it."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.credentials import Credentials
from skyvern_dagster.agent.planners.heuristic.login_answer import (
    after_submitting,
    judge_answer,
    login_failure,
    wait_once,
)
from skyvern_dagster.agent.planners.heuristic.login_filling import fill_login
from skyvern_dagster.agent.planners.heuristic.login_form import (
    LoginForm,
    find_code_fields,
    find_login_form,
    find_username_form,
)
from skyvern_dagster.agent.planners.heuristic.login_signs import looks_like_account, signs_of_login
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.obstacles import dialogs
from skyvern_dagster.agent.planners.heuristic.one_time_code import enter_code
from skyvern_dagster.agent.planners.heuristic.routes import follow, routes
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    click,
    give_up,
    terminate,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import FAIRLY, MOSTLY, concept
from skyvern_dagster.reading.page import PageView

_MAX_SEARCH_STEPS = 8
"""Clicks on the way to a login form: home, menu, account, form, and as many dead ends."""
_MAX_TRIES = 3
"""How often a form is filled in that couldn't be sent; the password was not tried by that, so
that no account is locked."""


def log_in(situation: Situation) -> Plan | None:
    """The next step towards being logged in; ``None`` when that is so already."""
    credentials = situation.intent.credentials
    if credentials is None:
        return _without_credentials(situation)
    attempts = situation.memory.sent(credentials.password)
    view = _focus(situation)
    form = find_login_form(view)
    if form is None and (code := find_code_fields(view)) and attempts:
        return enter_code(situation, code)
    if form:
        return _at_form(situation, form, credentials, attempts)
    if attempts:
        return after_submitting(situation)
    if signs_of_login(situation.view):
        return None
    return _towards_form(situation, view, credentials)


def _at_form(
    situation: Situation, form: LoginForm, credentials: Credentials, attempts: int
) -> Plan:
    """Fills in the form, or judges what came of it; gives up where it can't be sent at all."""
    if attempts:
        return judge_answer(situation, form, attempts)
    if situation.memory.typed(credentials.password) >= _MAX_TRIES:
        reason = f"The login form on {situation.url} could be filled in, but not sent"
        return terminate(situation, "login_failed", reason)
    return fill_login(situation, form, credentials)


def _focus(situation: Situation) -> PageView:
    """The dialog with the login, where there is one; else the page."""
    for node in dialogs(situation.view):
        inner = PageView(situation.request.observation, node)
        if inner.inputs and (
            find_login_form(inner) or find_username_form(inner) or find_code_fields(inner)
        ):
            return inner
    return situation.view


def _without_credentials(situation: Situation) -> Plan | None:
    if signs_of_login(situation.view):
        return None
    reason = "The task asks for a login, but its payload holds no password"
    return terminate(situation, "login_failed", reason)


def asks_to_log_in(situation: Situation) -> bool:
    """Whether the page is a login page: it has the form, and nothing says that one is inside."""
    view = _focus(situation)
    if signs_of_login(situation.view):
        return False
    return find_login_form(view) is not None or find_username_form(view) is not None


def _towards_form(situation: Situation, view: PageView, credentials: Credentials) -> Plan | None:
    first_half = find_username_form(view)
    if first_half:
        if not situation.memory.typed(credentials.username):
            return fill_login(situation, first_half, credentials)
        if failure := login_failure(situation, first_half):
            return failure
    if other := _other_way(situation, view):
        return other
    if first_half and (plan := wait_once(situation, "the password field to come")):
        return plan
    if looks_like_account(situation.view):
        return None
    return _find_form(situation)


def _find_form(situation: Situation) -> Plan:
    searched = len(situation.memory.purposes(Purpose.NAVIGATE))
    direct = routes(situation, ("login.enter",))
    if direct and direct[0].score >= FAIRLY and searched < _MAX_SEARCH_STEPS:
        return follow(direct[0], Purpose.NAVIGATE, SURE)
    plan = (
        go_to(situation, ("login.enter", "page.account")) if searched < _MAX_SEARCH_STEPS else None
    )
    return plan or give_up(
        situation,
        "login_failed",
        f"No login form and no way to one could be found on {situation.url}",
    )


def _other_way(situation: Situation, view: PageView) -> Plan | None:
    """Chooses the way by e-mail and password where several are offered."""
    scored = [
        (concept("login.other_way").score(one.label), one)
        for one in view.controls
        if situation.untried(one)
    ]
    score, control = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if control is None or score < MOSTLY:
        tabs = [
            one
            for one in view.controls
            if one.node.role == "tab" and not one.node.selected and situation.untried(one)
        ]
        control = next(
            (one for one in tabs if concept("login.enter").score(one.label) >= MOSTLY), None
        )
    return (
        click(control, Purpose.NAVIGATE, "offers the login with a password", LIKELY)
        if control
        else None
    )
