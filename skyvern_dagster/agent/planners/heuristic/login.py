"""Logging in: finding the form, filling it in once, and judging what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.agent.decisions import Check, Click, Decision, InputText, SolveTotp, Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.concepts import concept
from skyvern_dagster.agent.planners.heuristic.credentials import Credentials
from skyvern_dagster.agent.planners.heuristic.login_form import (
    LoginForm,
    find_code_fields,
    find_login_form,
    find_username_form,
)
from skyvern_dagster.agent.planners.heuristic.navigation import follow, go_to, open_menu, routes
from skyvern_dagster.agent.planners.heuristic.obstacles import captcha, dialogs
from skyvern_dagster.agent.planners.heuristic.page import Control, Input, PageView
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    SURE,
    Situation,
    act,
    click,
    complete,
    give_up,
    terminate,
)
from skyvern_dagster.agent.planners.heuristic.words import clip, fold, overlap

_PURPOSE = "Log in"
_MAX_SEARCH_STEPS = 8


def log_in(situation: Situation) -> Plan | None:
    """The next step towards being logged in; ``None`` when that is so already."""
    credentials = situation.intent.credentials
    if credentials is None:
        return _without_credentials(situation)
    attempts = situation.memory.typed(credentials.password)
    view = _focus(situation)
    form = find_login_form(view)
    if form is None and (code := find_code_fields(view)) and attempts:
        return _enter_code(situation, code)
    if form:
        return (
            _judge(situation, form, attempts) if attempts else _fill(situation, form, credentials)
        )
    if attempts:
        return _after_submitting(situation)
    if signs_of_login(situation.view):
        return None
    return _towards_form(situation, view, credentials)


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


def signs_of_login(view: PageView) -> str:
    """What shows that somebody is logged in, or an empty text."""
    for control in view.controls:
        if concept("login.exit").score(control.label) >= 0.6:
            return f"{control} is there"
        if not control.label and concept("login.exit").score(control.path_words) >= 0.6:
            return "there is a link to log out"
    if find_login_form(view):
        return ""
    if any(_leads_in(control) for control in view.controls):
        return ""
    for line in view.paragraphs:
        if len(line) <= 60 and concept("login.greeting").score(line) >= 0.4:
            return f'it says "{clip(line, 50)}"'
    return ""


def _leads_in(control: Control) -> bool:
    return concept("login.enter").score(control.label) >= 0.75


def _towards_form(situation: Situation, view: PageView, credentials: Credentials) -> Plan | None:
    first_half = find_username_form(view)
    if first_half:
        if not situation.memory.typed(credentials.username):
            return _fill(situation, first_half, credentials)
        if failure := _failure(situation, first_half):
            return failure
    if other := _other_way(situation, view):
        return other
    if first_half and (plan := _wait_once(situation, "the password field to come")):
        return plan
    if _looks_like_account(situation.view):
        return None
    return _find_form(situation)


def _find_form(situation: Situation) -> Plan:
    searched = len(situation.memory.purposes("Navigate"))
    direct = routes(situation, ("login.enter",))
    if direct and direct[0].score >= 0.55 and searched < _MAX_SEARCH_STEPS:
        return follow(situation, direct[0], "Navigate", SURE)
    plan = (
        go_to(situation, ("login.enter", "page.account")) if searched < _MAX_SEARCH_STEPS else None
    )
    if plan is None and searched < _MAX_SEARCH_STEPS:
        plan = open_menu(situation, "Navigate")
    return plan or give_up(
        situation,
        "login_failed",
        f"No login form and no way to one could be found on {situation.url}",
    )


def _looks_like_account(view: PageView) -> bool:
    """An account page without a login: somebody is logged in."""
    if any(_leads_in(control) for control in view.controls):
        return False
    headed = any(concept("page.account").score(text) >= 0.7 for text in view.main_headings[1:])
    leads_on = sum(
        concept("page.orders").score(one.label) >= 0.6
        or concept("page.addresses").score(one.label) >= 0.6
        for one in view.controls
    )
    return headed and leads_on > 0


def _other_way(situation: Situation, view: PageView) -> Plan | None:
    """Chooses the way by e-mail and password where several are offered."""
    scored = [
        (concept("login.other_way").score(one.label), one)
        for one in view.controls
        if situation.untried(one)
    ]
    score, control = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if control is None or score < 0.6:
        tabs = [
            one
            for one in view.controls
            if one.node.role == "tab" and not one.node.selected and situation.untried(one)
        ]
        control = next(
            (one for one in tabs if concept("login.enter").score(one.label) >= 0.6), None
        )
    return (
        click(control, "Navigate", "offers the login with a password", LIKELY) if control else None
    )


def _fill(situation: Situation, form: LoginForm, credentials: Credentials) -> Plan:
    decisions: list[Decision] = []
    typed = []
    for field, text in _texts(form, credentials):
        why = f"{_PURPOSE}: {field} takes {_naming(text, credentials)}"
        decisions.append(InputText(ref=field.ref, text=text, reasoning=why))
        typed.append(str(field))
    decisions.extend(_terms(situation, form))
    last = decisions[-1] if decisions else None
    if form.submit:
        why = f"{_PURPOSE}: {form.submit} sends the login form"
        decisions.append(Click(ref=form.submit.ref, reasoning=why))
    elif isinstance(last, InputText):
        decisions[-1] = last.model_copy(update={"press_enter": True})
    sender = str(form.submit) if form.submit else "Enter"
    reasoning = f"{_PURPOSE}: filled in {', '.join(typed)} and sent the form with {sender}"
    return act(decisions, reasoning, SURE if form.score >= 0.5 else LIKELY)


def _texts(form: LoginForm, credentials: Credentials) -> Iterator[tuple[Input, str]]:
    for field in form.others:
        if text := _other_text(field, credentials):
            yield field, text
    if form.username:
        yield form.username, _username_text(form.username, credentials)
    if form.password:
        yield form.password, credentials.password


def _username_text(field: Input, credentials: Credentials) -> str:
    """The username, or another name of the payload that the field asks for by label."""
    scored = [
        (overlap(key.replace("_", " "), f"{field.label} {field.hints}"), text)
        for key, text in credentials.others.items()
    ]
    score, text = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return text if text and (score >= 0.5 or not credentials.username) else credentials.username


def _other_text(field: Input, credentials: Credentials) -> str:
    scored = [
        (overlap(key.replace("_", " "), f"{field.label} {field.hints}"), text)
        for key, text in credentials.others.items()
    ]
    score, text = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return text if score >= 0.4 else ""


def _naming(text: str, credentials: Credentials) -> str:
    return "the password" if text == credentials.password else "the user's name"


def _terms(situation: Situation, form: LoginForm) -> Iterator[Decision]:
    for field in situation.view.inputs_in(form.container):
        if field.node.role == "checkbox" and field.node.required and not field.node.checked:
            yield Check(ref=field.ref, reasoning=f"{_PURPOSE}: {field} is required")


def _enter_code(situation: Situation, fields: tuple[Input, ...]) -> Plan:
    asked = next(
        (line for line in situation.view.lines if concept("login.one_time_code").mentioned(line)),
        "a one-time code",
    )
    has_code = situation.goal.has_totp or (
        situation.intent.credentials is not None and situation.intent.credentials.has_totp
    )
    if not has_code:
        reason = f'The site asks for a one-time code ("{clip(asked)}"), and the task has no source of codes'
        return terminate(situation, "one_time_code", reason)
    entered = [
        one
        for one in situation.memory.purposes("One-time code")
        if one.decision.type == "solve_totp"
    ]
    if len(entered) >= 2:
        reason = f'The one-time code was not accepted ("{clip(_told(situation) or asked)}")'
        return terminate(situation, "one_time_code", reason)
    why = f"One-time code: {fields[0]} asks for it"
    decisions: list[Decision] = [SolveTotp(ref=fields[0].ref, reasoning=why)]
    if submit := _code_submit(situation, fields):
        decisions.append(Click(ref=submit.ref, reasoning=f"One-time code: {submit} sends it"))
    return act(decisions, why)


def _code_submit(situation: Situation, fields: tuple[Input, ...]) -> Control | None:
    view = situation.view
    words = ("login.submit", "form.submit")
    for above in view.ancestors(fields[-1].node):
        scored = [
            (max(concept(name).score(one.label) for name in words), one)
            for one in view.controls_in(above)
            if one.position > fields[-1].position and not concept("login.skip").mentioned(one.label)
        ]
        verifying = [
            (0.9, one)
            for _, one in scored
            if fold(one.label).startswith(
                ("verif", "bestat", "confirm", "prufen", "check", "valid")
            )
        ]
        score, found = max(verifying + scored, key=lambda pair: pair[0], default=(0.0, None))
        if found and score >= 0.5:
            return found
    return None


def _judge(situation: Situation, form: LoginForm, attempts: int) -> Plan:
    """The form is there again after the credentials were sent."""
    if failure := _failure(situation, form):
        return failure
    credentials = situation.intent.credentials
    if credentials and _is_second_half(situation, credentials):
        return _fill(situation, form, credentials)
    if told := _matching(situation, form, "message.transient"):
        if attempts < 2 and credentials:
            return _fill(situation, form, credentials)
        return terminate(situation, "site_error", f'The site could not log in ("{clip(told)}")')
    if plan := _wait_once(situation, "the site to answer the login"):
        return plan
    told = _told(situation)
    said = f'and says "{clip(told)}"' if told else "without a message"
    reason = f"The login form came back after the credentials were sent, {said}"
    return terminate(situation, "wrong_credentials", reason, LIKELY)


def _is_second_half(situation: Situation, credentials: Credentials) -> bool:
    """Whether the password was typed but never sent, since an action in between failed."""
    last = situation.memory.steps[-1] if situation.memory.steps else None
    if last is None or not last.actions:
        return False
    failed = any(not action.result.ok for action in last.actions)
    return failed and situation.memory.typed(credentials.password) < 2


def _failure(situation: Situation, form: LoginForm) -> Plan | None:
    """Ends the task where the page says why it doesn't let us in."""
    if told := _matching(situation, form, "message.locked"):
        return terminate(
            situation, "locked", f'The site refuses this account for now ("{clip(told)}")'
        )
    if told := captcha(situation.view):
        return terminate(
            situation, "captcha", f'The login asks for proof that a human is there ("{clip(told)}")'
        )
    if told := _matching(situation, form, "message.wrong_credentials"):
        return terminate(
            situation, "wrong_credentials", f'The login failed: the site says "{clip(told)}"'
        )
    return None


def _matching(situation: Situation, form: LoginForm, name: str) -> str:
    found = concept(name)
    return next((text for text in _complaints(situation, form) if found.mentioned(text)), "")


def _complaints(situation: Situation, form: LoginForm | None = None) -> Iterator[str]:
    """What the page may be saying about the login, the likeliest places first."""
    last = situation.memory.last_result
    if last:
        yield from last.text_appeared
        if last.dialog:
            yield last.dialog
    yield from situation.request.observation.dialogs
    yield from situation.view.messages
    known = {
        fold(text) for one in situation.view.inputs for text in (one.label, one.node.placeholder)
    }
    known |= {fold(one.label) for one in situation.view.controls}
    yield from (
        line
        for line in situation.view.paragraphs
        if 10 <= len(line) <= 200 and fold(line) not in known and not _holds_field(line, form)
    )


def _holds_field(line: str, form: LoginForm | None) -> bool:
    labels = (
        [one.label for one in (form.username, form.password) if one and one.label] if form else []
    )
    return any(label in line for label in labels) and len(line) < 40


def _told(situation: Situation) -> str:
    last = situation.memory.last_result
    return next(iter(last.text_appeared if last else ()), "") or next(
        iter(situation.view.messages), ""
    )


def _wait_once(situation: Situation, what: str) -> Plan | None:
    if situation.memory.in_a_row("Wait") >= 1:
        return None
    why = f"Wait: for {what}"
    return act([Wait(seconds=4, reasoning=why)], why)


def _after_submitting(situation: Situation) -> Plan | None:
    """No login form any more: inside, unless the page says otherwise."""
    if signs_of_login(situation.view):
        return None
    if skip := _interstitial(situation):
        return skip
    doubt = next(
        (one for one in situation.view.controls if _leads_in(one) and one.region != "contentinfo"),
        None,
    )
    if doubt is None:
        return None
    form = LoginForm(None, None, (), None, situation.view.root, 0.0)
    if failure := _failure(situation, form):
        return failure
    if plan := _wait_once(situation, "the page to show the account"):
        return plan
    if situation.untried(doubt) and not situation.memory.purposes("Check"):
        return click(doubt, "Check", "shows whether the login worked", FAIR)
    return terminate(
        situation, "login_failed", "After the login, the site still offers to log in", LIKELY
    )


def _interstitial(situation: Situation) -> Plan | None:
    """Offers between login and account (passkeys, newsletters, stay signed in): declined."""
    view = situation.view
    if len(view.controls) > 25:
        return None
    scored = [
        (concept("login.skip").score(one.label), one)
        for one in view.controls
        if situation.untried(one)
    ]
    score, control = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if control is None or score < 0.75 or len(situation.memory.purposes("Skip")) >= 3:
        return None
    return click(control, "Skip", "leaves out an offer between login and account", LIKELY)


def logged_in(situation: Situation) -> Plan:
    """Ends a task whose goal was the login."""
    signs = signs_of_login(situation.view)
    why = (
        f"Logged in: {signs}"
        if signs
        else "Logged in: the login form is gone and nothing complains"
    )
    return complete(why, SURE if signs else LIKELY)
