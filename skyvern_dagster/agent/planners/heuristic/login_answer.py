"""What the site answered to the credentials."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.agent.decisions import Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.login_filling import fill_login
from skyvern_dagster.agent.planners.heuristic.login_form import LoginForm
from skyvern_dagster.agent.planners.heuristic.login_signs import leads_in, signs_of_login
from skyvern_dagster.agent.planners.heuristic.obstacles import captcha
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    Situation,
    act,
    click,
    terminate,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import CLEARLY, concept
from skyvern_dagster.reading.text_lengths import FIELD_NAME, SENTENCES
from skyvern_dagster.reading.words import clip, fold

_MOST_LOGINS = 2
"""Where a site says that it can't now: once more. A third time may lock the account."""
_SHORTEST_SAID = 10
"""Characters: below are buttons and units."""
_OFFER_CONTROLS = 25
"""An offer between login and account has few; a page with more is the account itself. Arbitrary."""
_MOST_OFFERS = 3
"""Passkey, newsletter and "stay signed in"; an offer that comes again isn't declined by this."""
_SITE_SECONDS = 4
"""For a site that says it is logging in. Arbitrary."""

_FEW_CONTROLS = 6
"""A form with its button, a way back, help, a language and two more; an account has a menu."""


def judge_answer(situation: Situation, form: LoginForm, attempts: int) -> Plan:
    """The form is there again after the credentials were sent."""
    if failure := login_failure(situation, form):
        return failure
    credentials = situation.intent.credentials
    if told := _matching(situation, form, "message.transient"):
        if attempts < _MOST_LOGINS and credentials:
            return fill_login(situation, form, credentials)
        return terminate(situation, "site_error", f'The site could not log in ("{clip(told)}")')
    if plan := wait_once(situation, "the site to answer the login"):
        return plan
    told = site_says(situation)
    said = f'and says "{clip(told)}"' if told else "without a message"
    reason = f"The login form came back after the credentials were sent, {said}"
    return terminate(situation, "wrong_credentials", reason, LIKELY)


def login_failure(situation: Situation, form: LoginForm) -> Plan | None:
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
    """The shortest text that says so: what stands around it belongs to the page."""
    complaints = [text for text in _complaints(situation, form) if concept(name).mentioned(text)]
    return min(complaints, key=len, default="")


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
        if _SHORTEST_SAID <= len(line) <= SENTENCES
        and fold(line) not in known
        and not _holds_field(line, form)
    )


def _holds_field(line: str, form: LoginForm | None) -> bool:
    labels = (
        [one.label for one in (form.username, form.password) if one and one.label] if form else []
    )
    return any(label in line for label in labels) and len(line) < FIELD_NAME


def site_says(situation: Situation) -> str:
    """The first notice that came up after the latest action, or an empty text."""
    last = situation.memory.last_result
    return next(iter(last.text_appeared if last else ()), "") or next(
        iter(situation.view.messages), ""
    )


def wait_once(situation: Situation, what: str) -> Plan | None:
    """A short wait, unless the step before was one already."""
    if situation.memory.in_a_row(Purpose.WAIT) >= 1:
        return None
    why = f"Wait: for {what}"
    return act([Wait(seconds=_SITE_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)


def after_submitting(situation: Situation) -> Plan | None:
    """No login form any more: inside, unless the page says otherwise."""
    if signs_of_login(situation.view):
        return None
    if skip := _interstitial(situation):
        return skip
    form = LoginForm(None, None, (), None, situation.view.root, 0.0)
    if failure := login_failure(situation, form):
        return failure
    doubt = next(
        (one for one in situation.view.controls if leads_in(one) and one.region != "contentinfo"),
        None,
    )
    if doubt is None:
        return _asked_for_more(situation)
    if plan := wait_once(situation, "the page to show the account"):
        return plan
    if situation.untried(doubt) and not situation.memory.purposes(Purpose.CHECK_LOGIN):
        return click(doubt, Purpose.CHECK_LOGIN, "shows whether the login worked", FAIR)
    return terminate(
        situation, "login_failed", "After the login, the site still offers to log in", LIKELY
    )


def _interstitial(situation: Situation) -> Plan | None:
    """Offers between login and account (passkeys, newsletters, stay signed in): declined."""
    view = situation.view
    if len(view.controls) > _OFFER_CONTROLS:
        return None
    scored = [
        (concept("login.skip").score(one.label), one)
        for one in view.controls
        if situation.untried(one)
    ]
    score, control = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if (
        control is None
        or score < CLEARLY
        or len(situation.memory.purposes(Purpose.SKIP_OFFER)) >= _MOST_OFFERS
    ):
        return None
    return click(
        control, Purpose.SKIP_OFFER, "leaves out an offer between login and account", LIKELY
    )


def _asked_for_more(situation: Situation) -> Plan | None:
    """The end where a page that is little more than a form comes: a code, a new password."""
    view = situation.view
    asked = [one for one in view.inputs if one.is_text and one.node.role != "searchbox"]
    if not asked or len(view.controls) > _FEW_CONTROLS:
        return None
    if plan := wait_once(situation, "the page to show the account"):
        return plan
    named = ", ".join(clip(one.label or one.hints, 40) for one in asked)
    reason = f"After the login, the site asks for more before it lets us in: {named}"
    return terminate(situation, "login_failed", reason, LIKELY)
