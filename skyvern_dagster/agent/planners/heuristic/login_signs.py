"""What shows that somebody is logged in."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.login_form import find_login_form
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, SURE, Situation, complete
from skyvern_dagster.reading.concepts import CLEARLY, LOOSELY, MOSTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.text_lengths import LABEL
from skyvern_dagster.reading.words import clip


def signs_of_login(view: PageView) -> str:
    """What shows that somebody is logged in, or an empty text."""
    for control in view.controls:
        if concept("login.exit").score(control.label) >= MOSTLY:
            return f"{control} is there"
        if not control.label and concept("login.exit").score(control.path_words) >= MOSTLY:
            return "there is a link to log out"
    if find_login_form(view):
        return ""
    if any(leads_in(control) for control in view.controls):
        return ""
    for line in view.paragraphs:
        if len(line) <= LABEL and concept("login.greeting").score(line) >= LOOSELY:
            return f'it says "{clip(line, 50)}"'
    return ""


def leads_in(control: Control) -> bool:
    """Whether a control leads to a login."""
    return concept("login.enter").score(control.label) >= CLEARLY


def looks_like_account(view: PageView) -> bool:
    """An account page without a login: somebody is logged in."""
    if any(leads_in(control) for control in view.controls):
        return False
    headed = any(concept("page.account").score(text) >= PLAINLY for text in view.main_headings[1:])
    leads_on = sum(
        concept("page.orders").score(one.label) >= MOSTLY
        or concept("page.addresses").score(one.label) >= MOSTLY
        for one in view.controls
    )
    return headed and leads_on > 0


def logged_in(situation: Situation) -> Plan:
    """Ends a task whose goal was the login."""
    signs = signs_of_login(situation.view)
    why = (
        f"Logged in: {signs}"
        if signs
        else "Logged in: the login form is gone and nothing complains"
    )
    return complete(why, SURE if signs else LIKELY)
