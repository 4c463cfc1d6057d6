"""Controls that may lead to a page, by their names and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.decisions import Goto
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.situation import Situation, act, click
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import (
    MOSTLY,
    PLAINLY,
    Concept,
    best_concept,
    concept,
    concepts,
)
from skyvern_dagster.reading.controls import Control, is_file_address, same_page, same_site
from skyvern_dagster.reading.text_lengths import LINE
from skyvern_dagster.reading.words import HALF, overlap

_PATH, _PATH_BESIDE_LABEL = 0.9, 0.75
"""What an address says counts less than a label, and least where a label says nothing of it."""
_BOTH_SAY = 0.1
"""For a control whose label and address both name the page: above either alone."""


PLACE = 0.05
"""Off for each place further down the list of targets, which begins with the likeliest: nearer
than that two candidates are rivals."""
_OTHER_SITE = 0.4
"""Rarely where a customer's own pages are; logins of a group of firms are the exception."""
_IN_A_ROW = 0.75
"""What stands in a table is a record that mentions the word rather than the way to its list."""
_MENUS = frozenset({"navigation", "banner", "contentinfo", "complementary", "menu"})
"""Where `Downloads` may be the name of a page."""
_REGION_FACTORS = {"contentinfo": 0.85, "complementary": 0.95, "dialog": 0.9}


RELATED = {
    "page.orders": (
        "page.invoices",
        "page.bookings",
        "page.payments",
        "page.documents",
        "page.requests",
    ),
    "page.invoices": ("page.documents", "page.orders", "page.payments", "page.requests"),
    "page.documents": ("page.invoices",),
    "page.payments": ("page.invoices",),
}


@dataclass(frozen=True)
class Route:
    """A control that may lead to the wanted page; ``score`` 0 to 1."""

    control: Control
    score: float
    why: str


def routes(situation: Situation, targets: Sequence[str], wording: str = "") -> list[Route]:
    """The controls that lead to one of the concepts (or read like the wording), best first."""
    routes_seen = []
    for control in situation.view.controls:
        if not is_usable(situation, control):
            continue
        score, why = _score(control, targets, wording)
        score *= _REGION_FACTORS.get(control.region, 1.0)
        if any(above.role == "row" for above in situation.view.ancestors(control.node)):
            score *= _IN_A_ROW
        if control.url and not same_site(control.url, situation.url):
            score *= _OTHER_SITE
        if score > 0:
            routes_seen.append(Route(control, score, why))
    return sorted(routes_seen, key=lambda route: route.score, reverse=True)


def follow(route: Route, purpose: Purpose, confidence: float) -> Plan:
    """Clicks a route; opens its address directly where something lies over the link."""
    control = route.control
    if control.node.covered and control.url.startswith("http"):
        why = f"{purpose.title}: {control} {route.why}, and is covered, so its address is opened"
        return act([Goto(url=control.url, reasoning=why, purpose=purpose)], why, confidence)
    return click(control, purpose, route.why, confidence)


def is_usable(situation: Situation, control: Control) -> bool:
    """Whether a control may be followed: it does no harm, leads elsewhere, and wasn't tried yet."""
    if concept("nav.danger").score(control.label) >= MOSTLY or control.node.role == "option":
        return False
    url = control.url
    if situation.unasked.of_link(control.label, url) is not None:
        return False
    if url.startswith(("mailto:", "tel:", "javascript:void")) and not control.label:
        return False
    if url.startswith(("mailto:", "tel:")):
        return False
    if url and "#" not in url and same_page(url, situation.url):
        return False
    if any(same_page(url, old) for old in _dead_ends(situation)) and url:
        return False
    return not _gives_file(control) and situation.untried(control)


def _gives_file(control: Control) -> bool:
    """Whether a control gives a file, which is no way to a page, however its address reads."""
    if is_file_address(control.url) or control.node.attributes.get("download") is not None:
        return True
    is_button = control.node.role == "button" or control.region not in _MENUS
    return is_button and concept("doc.get").score(control.label) >= PLAINLY


def _dead_ends(situation: Situation) -> list[str]:
    """Pages that were opened on the way and did not have what was looked for."""
    return [step.url for step in situation.memory.steps if "#" not in step.url]


def _score(control: Control, targets: Sequence[str], wording: str) -> tuple[float, str]:
    best, why = 0.0, ""
    for place, name in enumerate(targets):
        wanted = concept(name)
        label_score = (
            max(wanted.score(phrase) for phrase in control.phrases)
            if len(control.label) <= LINE
            else 0.0
        )
        path_score = _path_score(control, name)
        score = (
            max(label_score, path_score)
            + (_BOTH_SAY if label_score and path_score else 0.0)
            - PLACE * place
        )
        if score > best:
            best, why = score, f"reads like {name.rpartition('.')[2]}"
    literal = overlap(wording, control.label) if wording else 0.0
    if literal > best and literal >= HALF:
        best, why = literal, f'reads like "{wording}"'
    return min(1.0, best), why


def _path_score(control: Control, name: str) -> float:
    """What the address says, unless the label plainly says something else."""
    path = control.path_words
    score = concept(name).score(path) if path else 0.0
    if not score or not control.label:
        return _PATH * score
    other, other_score = best_concept(control.label, known_labels())
    if other is not None and other.name != name and other_score >= PLAINLY:
        return 0.0
    return _PATH_BESIDE_LABEL * score


def known_labels() -> tuple[Concept, ...]:
    """What links are known to lead to, whatever is looked for."""
    return (*concepts("page."), *concepts("login."), *concepts("paging."))
