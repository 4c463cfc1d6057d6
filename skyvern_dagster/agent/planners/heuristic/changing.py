"""What a goal says to change, and where a page lets one change it."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of
from skyvern_dagster.agent.planners.heuristic.restrictions import plain_words
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, click
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import fold, name_words, stems

PLACES = ("page.addresses", "page.profile", "page.settings", "page.account")
"""Pages on which people change what a site knows of them."""
_OUTSIDE = frozenset({"navigation", "banner", "contentinfo"})


def is_of_subject(situation: Situation, form: Node) -> bool:
    """Whether a form is about what the goal says to change: not the billing address's instead."""
    if _was_opened(situation):
        return True
    view = situation.view
    headings = (*view.main_headings, view.heading_above(form))
    about = stems(f"{' '.join(headings)} {view.text(form)}")
    about |= stems(" ".join(one.label for one in view.inputs_in(form)))
    return _subject(situation) <= about


def _was_opened(situation: Situation) -> bool:
    """Whether the way here was the click beside what the goal says to change."""
    went = situation.memory.done(Purpose.NAVIGATE)
    return bool(went) and concept("nav.edit").score(went[-1].label) >= MOSTLY


def open_form(situation: Situation) -> Plan | None:
    """The click on what lets one change the goal's subject, where one thing does."""
    subject = _subject(situation)
    found = [
        one
        for one in situation.view.controls
        if one.region not in _OUTSIDE
        and concept("nav.edit").score(one.label) >= MOSTLY
        and situation.untried(one)
    ]
    named = [one for one in found if subject <= stems(_around(situation, one))]
    meant = named or (found if not subject else [])
    if len(meant) != 1:
        return None
    return click(meant[0], Purpose.NAVIGATE, "lets one change it", LIKELY)


def _around(situation: Situation, control: Control) -> str:
    heading = situation.view.heading_above(control.node)
    return f"{heading} {control.label} {' '.join(situation.view.main_headings)}"


def _subject(situation: Situation) -> frozenset[str]:
    """Stems of what the goal says to change, without words that tell nothing of it."""
    said: set[str] = set()
    for clause in clauses_of(situation.intent.instructions):
        plain = fold(clause)
        if verb := concept("goal.change").terms.search(plain):
            said |= stems(plain[verb.end() :])
    for path, value in flat_items(situation.goal.payload):
        said -= stems(" ".join(name_words(path))) | stems(str(value))
    untelling = (*concept("goal.change").listed_terms, *concept("goal.given").listed_terms)
    return frozenset(said - plain_words() - stems(" ".join(untelling)))
