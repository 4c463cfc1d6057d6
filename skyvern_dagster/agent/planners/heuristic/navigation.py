"""Finding the way to a page by the names of links, buttons, menus and addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from skyvern_dagster.agent.decisions import Goto, Hover
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    SURE,
    Situation,
    act,
    click,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import (
    MOSTLY,
    PARTLY,
    PLAINLY,
    Concept,
    best_concept,
    concept,
    concepts,
)
from skyvern_dagster.reading.controls import Control, same_page, same_site
from skyvern_dagster.reading.words import fold, overlap

RELATED = {
    "page.orders": ("page.invoices", "page.bookings", "page.payments", "page.documents"),
    "page.invoices": ("page.documents", "page.orders", "page.payments"),
    "page.documents": ("page.invoices",),
    "page.payments": ("page.invoices",),
}


_DIRECT = 0.55
"""A third of a link's letters (`concepts.FAIRLY`): the page that comes is looked at, and a wrong
one costs a step."""


_HUB = 0.5
"""A quarter (`concepts.PARTLY`): account pages are called by many words (`Hello Ann, your
account`), and lead on to everything."""


_REGION_FACTORS = {"contentinfo": 0.85, "complementary": 0.95, "dialog": 0.9}


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
        if not _is_usable(situation, control):
            continue
        score, why = _score(control, targets, wording)
        score *= _REGION_FACTORS.get(control.region, 1.0)
        if control.url and not same_site(control.url, situation.url):
            score *= 0.4
        if score > 0:
            routes_seen.append(Route(control, score, why))
    return sorted(routes_seen, key=lambda route: route.score, reverse=True)


def _is_usable(situation: Situation, control: Control) -> bool:
    if concept("nav.danger").score(control.label) >= MOSTLY or control.node.role == "option":
        return False
    url = control.url
    if url.startswith(("mailto:", "tel:", "javascript:void")) and not control.label:
        return False
    if url.startswith(("mailto:", "tel:")):
        return False
    if url and "#" not in url and same_page(url, situation.url):
        return False
    if any(same_page(url, old) for old in _dead_ends(situation)) and url:
        return False
    return situation.untried(control)


def _dead_ends(situation: Situation) -> list[str]:
    """Pages that were opened on the way and did not have what was looked for."""
    return [step.url for step in situation.memory.steps if "#" not in step.url]


def _score(control: Control, targets: Sequence[str], wording: str) -> tuple[float, str]:
    best, why = 0.0, ""
    for place, name in enumerate(targets):
        wanted = concept(name)
        label_score = (
            max(wanted.score(phrase) for phrase in control.phrases)
            if len(control.label) <= 80
            else 0.0
        )
        path_score = _path_score(control, name)
        score = (
            max(label_score, path_score)
            + (0.1 if label_score and path_score else 0.0)
            - 0.05 * place
        )
        if score > best:
            best, why = score, f"reads like {name.rpartition('.')[2]}"
    literal = overlap(wording, control.label) if wording else 0.0
    if literal > best and literal >= 0.5:
        best, why = literal, f'reads like "{wording}"'
    return min(1.0, best), why


def _path_score(control: Control, name: str) -> float:
    """What the address says, unless the label plainly says something else."""
    path = control.path_words
    score = concept(name).score(path) if path else 0.0
    if not score or not control.label:
        return 0.9 * score
    other, other_score = best_concept(control.label, _known_labels())
    if other is not None and other.name != name and other_score >= PLAINLY:
        return 0.0
    return 0.75 * score


def _known_labels() -> tuple[Concept, ...]:
    return (*concepts("page."), *concepts("login."), *concepts("paging."))


def go_to(
    situation: Situation,
    targets: Sequence[str],
    wording: str = "",
    purpose: Purpose = Purpose.NAVIGATE,
    fallbacks: Sequence[str] = (),
) -> Plan | None:
    """The next click towards a page.

    Straight there by its name; else through a menu of that name; else by the account or any other
    menu; only then to a page of a related name (``fallbacks``: bills where there are no orders).
    """
    direct = routes(situation, targets, wording)
    if direct and direct[0].score >= _DIRECT:
        runner_up = direct[1].score if len(direct) > 1 else 0.0
        # What a place in the list of targets is worth (`_score`): nearer than that are rivals.
        confidence = SURE if direct[0].score - runner_up > 0.05 else LIKELY
        return follow(direct[0], purpose, confidence)
    if plan := open_menu_for(situation, targets, purpose):
        return plan
    hubs = routes(situation, ("page.account", "nav.user", "nav.mine", "page.profile"))
    if hubs and hubs[0].score >= _HUB:
        return follow(hubs[0], purpose, LIKELY)
    return (
        open_menu(situation, purpose)
        or hover_menu(situation, targets)
        or _by_related_name(situation, fallbacks, purpose)
    )


def _by_related_name(
    situation: Situation, fallbacks: Sequence[str], purpose: Purpose
) -> Plan | None:
    related = routes(situation, fallbacks) if fallbacks else []
    if related and related[0].score >= _DIRECT:
        return follow(related[0], purpose, FAIR)
    return None


def follow(route: Route, purpose: Purpose, confidence: float) -> Plan:
    """Clicks a route; opens its address directly where something lies over the link."""
    control = route.control
    if control.node.covered and control.url.startswith("http"):
        why = f"{purpose.title}: {control} {route.why}, and is covered, so its address is opened"
        return act([Goto(url=control.url, reasoning=why, purpose=purpose)], why, confidence)
    return click(control, purpose, route.why, confidence)


def open_menu_for(situation: Situation, targets: Sequence[str], purpose: Purpose) -> Plan | None:
    """Opens a closed menu whose own name means the target (``Orders ▾``)."""
    for control in situation.view.controls:
        if not _opens(control) or not situation.untried(control):
            continue
        if any(concept(name).score(control.label) >= PARTLY for name in targets):
            return click(control, purpose, "opens the menu of that name", LIKELY)
    return None


def open_menu(situation: Situation, purpose: Purpose) -> Plan | None:
    """Opens a menu that has not been looked into: the account's, the main one, any other."""
    ranked = sorted(
        (
            (score, control)
            for control in situation.view.controls
            if (score := _menu_score(situation, control))
        ),
        key=lambda pair: pair[0],
        reverse=True,
    )
    for score, control in ranked:
        if situation.untried(control) and not situation.memory.clicked_label(control.label):
            return click(
                control,
                purpose,
                "may open a menu with what is looked for",
                LIKELY if score > 0.8 else FAIR,
            )
    return None


def hover_menu(situation: Situation, targets: Sequence[str]) -> Plan | None:
    """Moves the pointer over what may open a menu that way, at most a few places a page."""
    hovered = [one.decision for one in situation.memory.purposes(Purpose.HOVER, url=situation.url)]
    if len(hovered) >= 4:
        return None
    for node, label in _hover_places(situation, targets):
        again = any(one.type == "hover" and one.ref == node.ref for one in hovered)
        if not again and not situation.memory.clicked_label(label):
            why = f'Hover: "{label}" may open a menu under the pointer'
            return act([Hover(ref=node.ref or "", reasoning=why, purpose=Purpose.HOVER)], why, FAIR)
    return None


def _hover_places(situation: Situation, targets: Sequence[str]) -> Iterator[tuple[Node, str]]:
    view = situation.view
    meanings = ("page.account", "nav.user", "nav.menu", *targets)
    for node in view.nodes:
        label = node.name or node.text or view.text(node)
        if (
            not node.ref
            or not 0 < len(label) <= 30
            or view.position(node) > max(60, len(view.nodes) / 3)
        ):
            continue
        if any(one.node is not node for one in view.controls_in(node)):
            continue
        named = any(concept(name).score(label) >= MOSTLY for name in meanings)
        caret = label.rstrip().endswith(("▾", "▼", "⌄", "▿", "˅"))
        if (named or caret) and node.role not in {"heading", "img", "textbox", "paragraph"}:
            yield node, label


def _opens(control: Control) -> bool:
    node = control.node
    return (
        bool(node.attributes.get("aria-haspopup"))
        or node.expanded is False
        or node.tag == "summary"
    )


def _is_brand(situation: Situation, control: Control) -> bool:
    """Whether a control is the site's name, which leads home."""
    label = fold(control.label)
    site = fold(f"{situation.request.observation.title} {urlsplit(situation.url).hostname or ''}")
    first = control is situation.view.controls[0]
    return bool(label) and (first or label in site) and not _opens(control) and label in site


def _menu_score(situation: Situation, control: Control) -> float:
    if concept("nav.danger").score(control.label) >= MOSTLY or control.node.expanded:
        return 0.0
    in_head = (
        control.region in {"banner", "navigation"}
        or control.position < len(situation.view.nodes) / 4
    )
    leads_away = control.url and not same_page(control.url, situation.url)
    if _is_brand(situation, control):
        return 0.0
    if leads_away or control.node.role not in {
        "button",
        "link",
        "generic",
        "img",
        "menuitem",
        "tab",
    }:
        return 0.0
    score = max(concept("nav.menu").score(control.label), concept("nav.user").score(control.label))
    score = max(score, concept("page.account").score(control.label))
    if _opens(control):
        score = max(score, 0.55) + 0.2
    elif control.node.role == "button" and in_head and not control.label:
        score = max(score, 0.5)
    elif (
        control.node.clickable
        and in_head
        and len(control.label.split()) <= 3
        and control.node.role == "generic"
    ):
        score = max(score, 0.45)
    return score if in_head and score >= 0.45 else 0.0
