"""Filling in a login form, once, and sending it."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.agent.decisions import Check, Click, Decision, InputText
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.credentials import Credentials
from skyvern_dagster.agent.planners.heuristic.login_form import LoginForm
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, SURE, Situation, act
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.words import overlap

_SURE_FORM = 0.5
"""A form whose button or heading says signing in (`login_form._login_score`: 0.3 for a password's
field alone, and 0.2 or more for either)."""
_OWN_VALUE = 0.5
"""A credential's further value goes into a field that all its words name, whatever else the field
says: above the user's name."""
_OTHER_FIELD = 0.4
"""The same for a third field, where leaving it empty is the only other choice."""


def fill_login(situation: Situation, form: LoginForm, credentials: Credentials) -> Plan:
    """A plan that types the credentials and sends the form."""
    decisions: list[Decision] = []
    typed = []
    for field, text in _texts(form, credentials):
        why = f"Log in: {field} takes {_naming(text, credentials)}"
        decisions.append(InputText(ref=field.ref, text=text, reasoning=why, purpose=Purpose.LOG_IN))
        typed.append(str(field))
    decisions.extend(_terms(situation, form))
    last = decisions[-1] if decisions else None
    if form.submit:
        why = f"Log in: {form.submit} sends the login form"
        decisions.append(Click(ref=form.submit.ref, reasoning=why, purpose=Purpose.LOG_IN))
    elif isinstance(last, InputText):
        decisions[-1] = last.model_copy(update={"press_enter": True})
    sender = str(form.submit) if form.submit else "Enter"
    reasoning = f"Log in: filled in {', '.join(typed)} and sent the form with {sender}"
    return act(decisions, reasoning, SURE if form.score >= _SURE_FORM else LIKELY)


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
    return (
        text if text and (score >= _OWN_VALUE or not credentials.username) else credentials.username
    )


def _other_text(field: Input, credentials: Credentials) -> str:
    scored = [
        (overlap(key.replace("_", " "), f"{field.label} {field.hints}"), text)
        for key, text in credentials.others.items()
    ]
    score, text = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return text if score >= _OTHER_FIELD else ""


def _naming(text: str, credentials: Credentials) -> str:
    return "the password" if text == credentials.password else "the user's name"


def _terms(situation: Situation, form: LoginForm) -> Iterator[Decision]:
    for field in situation.view.inputs_in(form.container):
        if field.node.role == "checkbox" and field.node.required and not field.node.checked:
            yield Check(
                ref=field.ref, reasoning=f"Log in: {field} is required", purpose=Purpose.LOG_IN
            )
