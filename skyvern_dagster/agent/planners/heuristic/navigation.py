"""Finding the way to a page by the names of links, buttons, menus and addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from skyvern_dagster.agent.decisions import Click, Goto, Hover
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.candidate import Candidate, rank
from skyvern_dagster.agent.planners.heuristic.frontier import best_elsewhere, frontier
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
    PLAINLY,
    Concept,
    best_concept,
    concept,
    concepts,
)
from skyvern_dagster.reading.controls import Control, is_file_address, same_page, same_site
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.text_lengths import LINE, MENU_WORD
from skyvern_dagster.reading.words import HALF, clip, fold, overlap

_PATH, _PATH_BESIDE_LABEL = 0.9, 0.75
"""What an address says counts less than a label, and least where a label says nothing of it."""

MOST_NAVIGATIONS = 6
"""Of a task that does something on a page: area, list, year, record and two detours. Tasks that
look for a list or a record have limits of their own."""
_BOTH_SAY = 0.1
"""For a control whose label and address both name the page: above either alone."""
_PLACE = 0.05
"""Off for each place further down the list of targets, which begins with the likeliest: nearer
than that two candidates are rivals."""
_OTHER_SITE = 0.4
"""Rarely where a customer's own pages are; logins of a group of firms are the exception."""
_SURE_MENU = 0.8
"""It says that it is a menu, and that it opens."""
_MENU = 0.45
"""The least of a menu at the page's head: a short text that can be clicked, without a role."""
_MENU_ICON = 0.5
"""A button without words at the page's head: a little more than such a text."""
_OPENING, _OPENS = 0.55, 0.2
"""What says to browsers that it opens: at least this, and so much more than by its words alone."""
_MENU_WORDS = 3
"""What a menu is called: "My user account"."""

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


_DIRECT = 0.55
"""A third of a link's letters (`concepts.FAIRLY`): the page that comes is looked at, and a wrong
one costs a step."""


_HUB = 0.5
"""A quarter (`concepts.PARTLY`): account pages are called by many words (`Hello Ann, your
account`), and lead on to everything."""


_HUBS = ("page.account", "nav.user", "nav.mine", "page.profile")


_COST_OF_BACK = 0.1
"""How much better an earlier page's candidate has to be: going back costs a page."""


_MAX_USER_AREA = 5
"""Controls of the part of a page that is about who is logged in: account, messages, settings and
two more. Larger parts are the site's whole head."""


_MAX_HOVERS = 4
"""Places a page: account, menu and two entries of a main menu."""


_IN_A_ROW = 0.75
"""What stands in a table is a record that mentions the word rather than the way to its list."""


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
        if any(above.role == "row" for above in situation.view.ancestors(control.node)):
            score *= _IN_A_ROW
        if control.url and not same_site(control.url, situation.url):
            score *= _OTHER_SITE
        if score > 0:
            routes_seen.append(Route(control, score, why))
    return sorted(routes_seen, key=lambda route: route.score, reverse=True)


def _is_usable(situation: Situation, control: Control) -> bool:
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
            if len(control.label) <= LINE
            else 0.0
        )
        path_score = _path_score(control, name)
        score = (
            max(label_score, path_score)
            + (_BOTH_SAY if label_score and path_score else 0.0)
            - _PLACE * place
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
    other, other_score = best_concept(control.label, _known_labels())
    if other is not None and other.name != name and other_score >= PLAINLY:
        return 0.0
    return _PATH_BESIDE_LABEL * score


def _known_labels() -> tuple[Concept, ...]:
    return (*concepts("page."), *concepts("login."), *concepts("paging."))


def go_to(
    situation: Situation,
    targets: Sequence[str],
    wording: str = "",
    purpose: Purpose = Purpose.NAVIGATE,
    fallbacks: Sequence[str] = (),
    *,
    explore: bool = False,
) -> Plan | None:
    """The next step towards a page: the best candidate here, or the best untried one elsewhere.

    Args:
        situation: The page, the goal and what was tried.
        targets: Concepts of the page, the one meant first.
        wording: The page in the goal's own words.
        purpose: What the step is counted as.
        fallbacks: Concepts of pages that may do instead: bills where there are no orders.
        explore: Whether links that say nothing of the page may be followed, too.

    Returns:
        ``None`` when nothing is left to try.
    """
    found = candidates(situation, targets, wording, fallbacks, explore=explore)
    ranked = _without_repeats(rank("navigate", found))
    best = ranked[0] if ranked else None
    back = best_elsewhere(situation.memory, situation.url) if explore else None
    if back and (best is None or back.untried.score > best.score + _COST_OF_BACK):
        why = f'Back: "{clip(back.untried.label, 50)}" on {back.page} was not tried yet'
        return act([Goto(url=back.address, reasoning=why, purpose=purpose)], why, FAIR)
    if best is None:
        return None
    return _take(situation, ranked, purpose)


def _without_repeats(ranked: Sequence[Candidate]) -> list[Candidate]:
    """One candidate for each address: menus are repeated in footers."""
    addresses: set[str] = set()
    kept = []
    for one in ranked:
        if one.url and one.url in addresses:
            continue
        addresses.add(one.url)
        kept.append(one)
    return kept


def _take(situation: Situation, ranked: Sequence[Candidate], purpose: Purpose) -> Plan:
    """The step that tries the best candidate, remembering the others."""
    best = ranked[0]
    memo = frontier(situation.url, best.url, ranked[1:])
    why = f'{purpose.title}: {best.node.role} "{clip(best.label, 50)}" {best.why}'
    confidence = _confidence(ranked)
    if best.does == "hover":
        hover = Hover(ref=best.ref, reasoning=why, purpose=Purpose.HOVER, memo=memo)
        return act([hover], why, confidence)
    if best.node.covered and best.url.startswith("http"):
        why += ", and is covered, so its address is opened"
        return act([Goto(url=best.url, reasoning=why, purpose=purpose, memo=memo)], why, confidence)
    click = Click(ref=best.ref, reasoning=why, purpose=purpose, memo=memo)
    return act([click], why, confidence, guarded=not best.has("named"))


def _confidence(ranked: Sequence[Candidate]) -> float:
    best = ranked[0]
    if best.has("named"):
        runner_up = ranked[1].features.get("named", 0.0) if len(ranked) > 1 else 0.0
        return SURE if best.features["named"] - runner_up > _PLACE else LIKELY
    return LIKELY if best.has("hub") or best.features.get("menu", 0.0) > _SURE_MENU else FAIR


def candidates(
    situation: Situation,
    targets: Sequence[str],
    wording: str = "",
    fallbacks: Sequence[str] = (),
    *,
    explore: bool = False,
) -> Iterator[Candidate]:
    """Everything on the page that may lead to another one, with what speaks for it."""
    judge = _Judge.of(situation, targets, wording, fallbacks, explore=explore)
    for control in situation.view.controls:
        features, why = judge.speaks_for(control)
        if features:
            yield Candidate(control.node, control.label, control.url, "click", features, why)
    under_pointer = "may open a menu under the pointer"
    for node, label in hover_places(situation, targets):
        yield Candidate(node, label, "", "hover", {"hover": 1.0}, under_pointer)


@dataclass(frozen=True)
class _Judge:
    """Says what speaks for a control as the way to a page; one of the features, and a hint.

    Attributes:
        named, hubs, related: How plainly controls name the page, the account, a related page.
        personal: How near they are to the way to log out.
    """

    situation: Situation
    named: Mapping[int, Route]
    hubs: Mapping[int, Route]
    related: Mapping[int, Route]
    personal: Mapping[int, float]
    explore: bool

    @classmethod
    def of(
        cls,
        situation: Situation,
        targets: Sequence[str],
        wording: str,
        fallbacks: Sequence[str],
        *,
        explore: bool,
    ) -> _Judge:
        """Looks at all controls of the page."""

        def found(names: Sequence[str], words: str = "") -> dict[int, Route]:
            return {id(one.control.node): one for one in routes(situation, names, words)}

        personal = user_area(situation.view)
        named, hubs, related = found(targets, wording), found(_HUBS), found(fallbacks)
        return cls(situation, named, hubs, related, personal, explore)

    def speaks_for(self, control: Control) -> tuple[dict[str, float], str]:
        """The features of a control and the reason in words; nothing where none speaks for it."""
        route = self.named.get(id(control.node))
        if route and route.score >= _DIRECT:
            return {"named": route.score}, route.why
        features, why = self._by_place(control)
        if route and (features or _is_usable(self.situation, control)):
            return {**features, "hinted": route.score}, why or route.why
        return features, why

    def _by_place(self, control: Control) -> tuple[dict[str, float], str]:
        key, situation = id(control.node), self.situation
        if _score_in(self.hubs, key) >= _HUB:
            return {"hub": self.hubs[key].score}, "leads to the account"
        if (menu := _menu_score(situation, control)) and _is_fresh(situation, control):
            return {"menu": menu}, "may open a menu with what is looked for"
        if not _is_usable(situation, control):
            return {}, ""
        if key in self.personal:
            return {"user_area": self.personal[key]}, "stands beside the way to log out"
        if _score_in(self.related, key) >= _DIRECT:
            return {"related": self.related[key].score}, "is of a related name"
        features = _of_any_link(situation, control) if self.explore else {}
        return features, "was not looked at yet" if features else ""


def _score_in(routes_by_node: Mapping[int, Route], key: int) -> float:
    return routes_by_node[key].score if key in routes_by_node else 0.0


def _is_fresh(situation: Situation, control: Control) -> bool:
    return situation.untried(control) and not situation.memory.clicked_label(control.label)


def user_area(view: PageView) -> dict[int, float]:
    """The controls beside the way to log out, by their nodes' ids: the nearer, the more."""
    exits = [one for one in view.controls if concept("login.exit").score(one.label) >= MOSTLY]
    near: dict[int, float] = {}
    for one in exits:
        around: list[Control] = []
        for above in view.ancestors(one.node):
            wider = view.controls_in(above)
            if len(wider) > _MAX_USER_AREA:
                break
            around = wider
        others = [each for each in around if each.node is not one.node]
        others.sort(key=lambda each: abs(each.position - one.position))
        for place, each in enumerate(others, start=1):
            near[id(each.node)] = max(1 / place, near.get(id(each.node), 0.0))
    return near


def _of_any_link(situation: Situation, control: Control) -> dict[str, float]:
    """What speaks for a link that says nothing of what is looked for; nothing for other controls.

    Only links that lead to another page of the site are followed without knowing why: that
    changes nothing. Their addresses may not say that they do something, either.
    """
    url = control.url
    if control.node.role not in {"link", "menuitem", "treeitem"} or not control.label:
        return {}
    if not url.startswith("http") or not same_site(url, situation.url):
        return {}
    if same_page(url, situation.url, ignore_query=True) or is_file_address(url):
        return {}
    does = any(
        concept(name).mentioned(text)
        for name in ("nav.danger", "login.exit", "login.enter", "login.register", "doc.get")
        for text in (control.label, control.path_words)
    )
    if does:
        return {}
    in_section = control.region in {"navigation", "banner", "complementary", "menu"}
    features = {"section" if in_section else "content": 1.0}
    other, score = best_concept(control.label, _known_labels())
    if other is not None and score >= MOSTLY:
        features["elsewhere"] = 1.0
    if control.region == "contentinfo":
        features["footer"] = 1.0
    return features


def follow(route: Route, purpose: Purpose, confidence: float) -> Plan:
    """Clicks a route; opens its address directly where something lies over the link."""
    control = route.control
    if control.node.covered and control.url.startswith("http"):
        why = f"{purpose.title}: {control} {route.why}, and is covered, so its address is opened"
        return act([Goto(url=control.url, reasoning=why, purpose=purpose)], why, confidence)
    return click(control, purpose, route.why, confidence)


def hover_places(situation: Situation, targets: Sequence[str]) -> Iterator[tuple[Node, str]]:
    """What may open a menu under the pointer and wasn't tried yet, at most a few places a page."""
    hovered = [one.decision for one in situation.memory.purposes(Purpose.HOVER, url=situation.url)]
    if len(hovered) >= _MAX_HOVERS:
        return
    tried = {one.ref for one in hovered if isinstance(one, Hover)}
    view = situation.view
    meanings = ("page.account", "nav.user", "nav.menu", *targets)
    for node in view.nodes:
        label = node.name or node.text or view.text(node)
        if (
            not node.ref
            or node.ref in tried
            or not 0 < len(label) <= MENU_WORD
            or view.position(node) > max(60, len(view.nodes) / 3)
            or situation.memory.clicked_label(label)
            or situation.unasked.of_link(label, node.url or "") is not None
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
    if situation.unasked.of_label(control.label) is not None:
        return 0.0
    if any(above.role == "row" for above in situation.view.ancestors(control.node)):
        return 0.0  # What a record's row holds (read, flagged) changes the record.
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
        score = max(score, _OPENING) + _OPENS
    elif control.node.role == "button" and in_head and not control.label:
        score = max(score, _MENU_ICON)
    elif (
        control.node.clickable
        and in_head
        and len(control.label.split()) <= _MENU_WORDS
        and control.node.role == "generic"
    ):
        score = max(score, _MENU)
    return score if in_head and score >= _MENU else 0.0
