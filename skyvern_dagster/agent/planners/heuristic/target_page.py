"""Whether this is the list's page, and how to get there if it isn't."""

from __future__ import annotations

from urllib.parse import urlsplit

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.routes import RELATED, follow, routes
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, SURE, Situation, give_up
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY, PARTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control, same_page, url_words

_MAX_NAVIGATION = 14
"""Steps on the way to a list: menu, account, section, list, and ten dead ends; it leaves ten of a
task's usual 25 steps for reading."""


_PATH = 0.7
"""Three fifths of an address' last part (`concepts.PLAINLY`): `/order-history` is a list's,
`/orders/10432` is a record's. 0.55 and 0.85 do as well on the page tests."""


def is_target_page(situation: Situation) -> bool:
    """Whether headings, address or the current menu entry say that this is the list's page."""
    target = situation.intent.target
    if not target:
        return True
    return any(is_page_of(situation, name) for name in (target, *RELATED.get(target, ())))


def is_page_of(situation: Situation, name: str) -> bool:
    """Whether headings, title, address or the current menu entry name this page concept."""
    wanted, view = concept(name), situation.view
    if is_headed(situation, name):
        return True
    current = any(
        control.node.url
        and same_page(control.node.url, view.url, ignore_query=True)
        and wanted.score(control.label) >= MOSTLY
        for control in view.controls
    )
    return current or any(wanted.score(text) >= PLAINLY for text in view.headings)


def is_headed(situation: Situation, name: str) -> bool:
    """Whether the page calls itself so: main heading, title, address or the entry that it marks."""
    wanted, view = concept(name), situation.view
    if (
        any(wanted.score(text) >= PARTLY for text in view.main_headings[1:])
        or wanted.score(situation.request.observation.title) >= MOSTLY
    ):
        return True
    if wanted.score(url_words(urlsplit(view.url).path.rstrip("/").rpartition("/")[2])) >= _PATH:
        return True
    return any(
        _is_marked(control, view.url) and wanted.score(control.label) >= MOSTLY
        for control in view.controls
    )


def _is_marked(control: Control, url: str) -> bool:
    node = control.node
    current = node.attributes.get("aria-current") not in {None, "", "false"}
    return current or node.selected or bool(node.url and same_page(node.url, url))


def better_place(situation: Situation, here: bool) -> Plan | None:
    """A way to the full list, where this page only shows a part of it (``View all orders``)."""
    target = situation.intent.target
    if not target or len(situation.memory.purposes(Purpose.NAVIGATE)) >= _MAX_NAVIGATION:
        return None
    links = [
        route
        for route in routes(situation, (target,), situation.intent.target_words)
        if route.score >= MOSTLY
    ]
    if here and _says_full_list(situation):
        return None
    all_of_it = [
        route for route in links
        if concept("nav.all").mentioned(route.control.label) or not here
    ]  # fmt: skip
    usable = [
        route
        for route in all_of_it
        if not same_page(route.control.url or "#", situation.url, ignore_query=True)
    ]
    if here:
        usable = [
            route
            for route in usable
            if route.control.region not in {"contentinfo", "banner", "navigation"}
        ]
    return (
        follow(usable[0], Purpose.NAVIGATE, SURE if usable[0].score >= PLAINLY else LIKELY)
        if usable
        else None
    )


def _says_full_list(situation: Situation) -> bool:
    """Whether the page's first heading or address is the list's own, not a dashboard's."""
    wanted = concept(situation.intent.target)
    own = any(wanted.score(text) >= MOSTLY for text in situation.view.main_headings[1:2])
    partial = concept("page.account").score(situation.view.main_headings[-1]) >= MOSTLY
    return (
        own
        and not partial
        and not any(
            concept("nav.all").score(one.label) >= PLAINLY
            and one.url
            and concept(situation.intent.target).mentioned(f"{one.label} {one.path_words}")
            and not same_page(one.url, situation.url)
            for one in situation.view.controls
            if one.region not in {"navigation", "banner", "contentinfo"}
        )
    )


def way_to_list(situation: Situation) -> Plan | None:
    """The next step towards the list; ``None`` when nothing is left to try."""
    target = situation.intent.target
    steps = len(situation.memory.purposes(Purpose.NAVIGATE))
    if not target or steps >= _MAX_NAVIGATION:
        return None
    return go_to(
        situation,
        (target,),
        situation.intent.target_words,
        fallbacks=RELATED.get(target, ()),
        explore=True,
    )


def no_way_to_list(situation: Situation) -> Plan:
    """The admission that the list wasn't found, or couldn't be read."""
    target = situation.intent.target
    steps = len(situation.memory.purposes(Purpose.NAVIGATE))
    name = target.rpartition(".")[2] or situation.intent.target_words or "list"
    if is_target_page(situation) and target:
        return give_up(
            situation,
            "page_not_found",
            f"The page with the {name} was found ({situation.url}), but none could be read from it",
        )
    where = (
        f"after {steps} clicks, the last page being {situation.url}"
        if steps
        else f"from {situation.url}"
    )
    return give_up(situation, "page_not_found", f"No way to the {name} could be found {where}")
