"""Finding the way to a page by the names of links, buttons, menus and addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from skyvern_dagster.addresses.site import host_of
from skyvern_dagster.agent.decisions import Click, Goto, Hover
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.candidate import Candidate, rank
from skyvern_dagster.agent.planners.heuristic.frontier import best_elsewhere, frontier
from skyvern_dagster.agent.planners.heuristic.menus import (
    SURE_MENU,
    hover_places,
    in_row,
    menu_score,
    user_area,
)
from skyvern_dagster.agent.planners.heuristic.routes import (
    PLACE,
    Route,
    is_usable,
    known_labels,
    routes,
)
from skyvern_dagster.agent.planners.heuristic.situation import FAIR, LIKELY, SURE, Situation, act
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY, best_concept, concept
from skyvern_dagster.reading.controls import Control, is_file_address, same_page, same_site
from skyvern_dagster.reading.words import clip

MOST_NAVIGATIONS = 6
"""Of a task that does something on a page: area, list, year, record and two detours. Tasks that
look for a list or a record have limits of their own."""
_DIRECT = 0.55
"""A third of a link's letters (`concepts.FAIRLY`): the page that comes is looked at, and a wrong
one costs a step."""
_HUB = 0.5
"""A quarter (`concepts.PARTLY`): account pages are called by many words (`Hello Ann, your
account`), and lead on to everything."""
_HUBS = ("page.account", "nav.user", "nav.mine", "page.profile")
_COST_OF_BACK = 0.1
"""How much better an earlier page's candidate has to be: going back costs a page."""


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
    back = best_elsewhere(situation.memory, situation.url) if explore or not ranked else None
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
        return SURE if best.features["named"] - runner_up > PLACE else LIKELY
    return LIKELY if best.has("hub") or best.features.get("menu", 0.0) > SURE_MENU else FAIR


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
        if route and (features or is_usable(self.situation, control)):
            return {**features, "hinted": route.score}, why or route.why
        return features, why

    def _by_place(self, control: Control) -> tuple[dict[str, float], str]:
        key, situation = id(control.node), self.situation
        if _score_in(self.hubs, key) >= _HUB and not in_row(situation.view, control.node):
            return {"hub": self.hubs[key].score}, "leads to the account"
        if (menu := menu_score(situation, control)) and _is_fresh(situation, control):
            return {"menu": menu}, "may open a menu with what is looked for"
        if not is_usable(situation, control):
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


def _leads_off(url: str) -> bool:
    """Whether an address of the site only hands on to another one: `/redirect?url=https://...`."""
    given = [value for _, value in parse_qsl(urlsplit(url).query)]
    return any(
        one.startswith(("http:", "https:")) and host_of(one) != host_of(url) for one in given
    )


def _of_any_link(situation: Situation, control: Control) -> dict[str, float]:
    """What speaks for a link that says nothing of what is looked for; nothing for other controls.

    Only links that lead to another page of the site are followed without knowing why: that
    changes nothing. Their addresses may not say that they do something, either.
    """
    url = control.url
    if control.node.role not in {"link", "menuitem", "treeitem"} or not control.label:
        return {}
    if not url.startswith("http") or not same_site(url, situation.url) or _leads_off(url):
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
    other, score = best_concept(control.label, known_labels())
    if other is not None and score >= MOSTLY:
        features["elsewhere"] = 1.0
    if control.region == "contentinfo":
        features["footer"] = 1.0
    return features
