"""What shows that somebody is logged in."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.complaints import complaint, complaint_of_page
from skyvern_dagster.agent.planners.heuristic.login_form import find_login_form
from skyvern_dagster.agent.planners.heuristic.menus import menu_score
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    click,
    complete,
    unsure,
)
from skyvern_dagster.agent.proof_text import shown_first
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import CLEARLY, LOOSELY, MOSTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.text_lengths import LABEL
from skyvern_dagster.reading.words import clip

_OWN_PAGES = (
    "page.account", "page.profile", "page.settings", "page.orders", "page.invoices",
    "page.payments", "page.subscriptions", "page.messages", "page.addresses", "page.documents",
    "page.bookings",
)  # fmt: skip

_MOST_MENUS = 3
"""Menus that came with a login: the user's, and two of the site's sections."""


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
    """Ends a task whose goal was the login: by what shows it, not by a form that is gone."""
    if told := complaint(situation) or complaint_of_page(situation):
        return unsure(f'After the login, {situation.url} says "{told}"')
    if signs := signs_of_login(situation.view) or _own_area(situation):
        return complete(f"Logged in: {signs}", SURE)
    if plan := _own_menu(situation):
        return plan
    return unsure(f"The login form is gone, and nothing on {situation.url} shows an account")


def _own_menu(situation: Situation) -> Plan | None:
    """Opens menus that weren't there before the login: the way out may be in one.

    Of several that say nothing of an account (one may be the user's name), the last comes first.
    """
    first = situation.request.first_text
    if len(situation.memory.purposes(Purpose.CHECK_LOGIN)) >= _MOST_MENUS:
        return None
    new = [
        one
        for one in situation.view.controls
        if one.label and not shown_first(first, one.label) and situation.untried(one)
    ]
    scored = [(menu_score(situation, one), place) for place, one in enumerate(new)]
    score, place = max(scored, default=(0.0, 0))
    menu = new[place] if scored else None
    if menu is None or not score:
        return None
    return click(menu, Purpose.CHECK_LOGIN, "came with the login and may hold the way out", LIKELY)


def _own_area(situation: Situation) -> str:
    """What leads to pages of an account, and wasn't there before the login."""
    first = situation.request.first_text
    for control in situation.view.controls:
        named = any(concept(name).score(control.label) >= MOSTLY for name in _OWN_PAGES)
        if named and not leads_in(control) and not shown_first(first, control.label):
            return f"{control} is there"
    return "it is headed as an account" if looks_like_account(situation.view) else ""
