"""The further parts of a list: pages, periods, archives; and when it was all seen."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Click, Decision, Scroll, SelectOption
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.filter_choices import MOST_MENUS, closed
from skyvern_dagster.agent.planners.heuristic.list_filters import BESIDE_LISTS
from skyvern_dagster.agent.planners.heuristic.pagination import onward, page_select
from skyvern_dagster.agent.planners.heuristic.routes import Route
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, act, click
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control, Input, same_page
from skyvern_dagster.reading.list_claims import says_more
from skyvern_dagster.reading.record_list import PageOfList
from skyvern_dagster.reading.words import clip, fold

_LEAST_OPTIONS = 2
"""Of a select that filters."""
_MOST_SCROLLS = 30
"""As many as turns (`_MAX_TURNS`): more than a step budget allows."""
_MOST_ARCHIVES = 3
"""Archived, completed and canceled orders; more are other lists."""
_PART_LABEL = 50
"""Characters of a tab or link that names a part of the history: "Archived orders (before 2023)".
Arbitrary; longer ones are sentences that mention it."""

_SCROLL_FROM = 6
"""Records on a page from which it may load more by scrolling: pages that do fill a screen first,
which takes six cards or more. With 3, short lists that are complete are scrolled; 10 does as
well on the page tests."""
_MAX_TURNS = 30
"""Turns after which a page that fails to turn is taken for the last: the longest list that a
step budget allows."""


def open_period_menu(situation: Situation, used: list[str], before: list[Decision]) -> Plan | None:
    """Opens a hand-made drop-down of periods, once for each period to choose."""
    opened = situation.memory.purposes(Purpose.OPEN_FILTER)
    control = closed(situation.view, situation.intent.window, situation.today, used)
    if control is None or len(opened) > len(used) or len(opened) >= MOST_MENUS:
        return None
    why = f"Open filter: {control} doesn't cover {situation.intent.window}"
    return act(
        [*before, Click(ref=control.ref, reasoning=why, purpose=Purpose.OPEN_FILTER)], why, LIKELY
    )


def reset_filters(situation: Situation, *, named: bool = False) -> Plan | None:
    """Clears a list's filters, once: an empty list may be one that was filtered before.

    Args:
        situation: The page and what was done.
        named: Whether only a control is meant that says that it is about filters: it stands where
            one is in force, where a bare `Reset` stands at the end of any form.
    """
    if situation.memory.purposes(Purpose.RESET_FILTER):
        return None
    for control in situation.view.controls:
        clears = concept("paging.reset").score(control.label) >= PLAINLY
        if named and not concept("paging.filter").mentioned(control.label):
            continue
        stays = not control.url or same_page(control.url, situation.url, ignore_query=True)
        if clears and stays and control.region not in {"banner", "contentinfo", "dialog"}:
            return click(control, Purpose.RESET_FILTER, "shows the list without filters", LIKELY)
    return None


def hiding_records(situation: Situation, page: PageOfList) -> str:
    """What keeps records out of a list and can't be set otherwise; empty where nothing does.

    A search that was made before, a box that hides some, a choice of states without `all`.
    """
    view, memory = situation.view, situation.memory
    first = view.position(page.reading.records[0].record.nodes[0])
    goal = f"{situation.goal.navigation_goal} {situation.goal.data_extraction_goal}"
    for field in view.inputs:
        if field.position > first or view.region(field.node) in BESIDE_LISTS or not field.label:
            continue
        said = f"{field.label} {field.hints}"
        is_search = field.node.role == "searchbox" or (
            field.is_text and concept("paging.search").mentioned(said)
        )
        value = field.node.value or ""
        if is_search and value and not memory.typed(value) and fold(value) not in fold(goal):
            return f'{field} holds "{clip(value, 40)}"'
        if field.node.checked and concept("paging.hiding").mentioned(field.label):
            return f"{field} is ticked"
        if chosen := _only_state(field):
            return f'{field} is "{chosen}"'
    return ""


def _only_state(field: Input) -> str:
    """The chosen one of options that are all states of records: none of them shows every record."""
    options = [one for one in field.node.options if one.label.strip()]
    meanings = [concept(name) for name in ("value.status", "paging.current", "paging.archive")]
    states = [one for one in options if any(each.score(one.label) >= MOSTLY for each in meanings)]
    if len(options) < _LEAST_OPTIONS or len(states) < len(options):
        return ""
    return next((one.label for one in options if one.selected), "")


def is_past_window(situation: Situation, page: PageOfList) -> bool:
    """Whether a list with the newest first has come to days before the window."""
    if situation.intent.newest:
        return len(page.rows) >= situation.intent.newest
    start = situation.intent.window.start
    last = page.rows[-1].day
    return start is not None and page.newest_first and last is not None and last < start


def next_part(situation: Situation, page: PageOfList) -> tuple[list[Decision], str] | None:
    """The decisions that show the next part of the list, with the reason for them."""
    last = page.reading.records[-1].record.nodes[-1]
    pager = onward(situation.view, last)
    if pager:
        why = f"Next page: {pager.control} {pager.why}"
        return [Click(ref=pager.control.ref, reasoning=why, purpose=Purpose.NEXT_PAGE)], why
    if select := page_select(situation.view):
        why = f"Next page: {select[0]} goes to page {select[1]}"
        return [
            SelectOption(
                ref=select[0].ref, label=select[1], reasoning=why, purpose=Purpose.NEXT_PAGE
            )
        ], why
    scrolls = situation.memory.purposes(Purpose.SCROLL)
    if pager is None and _may_scroll(situation, page) and len(scrolls) < _MOST_SCROLLS:
        why = "Scroll: the list may go on further down"
        return [
            Scroll(direction="bottom", ref=last.ref, reasoning=why, purpose=Purpose.SCROLL)
        ], why
    return None


def _may_scroll(situation: Situation, page: PageOfList) -> bool:
    if says_more(situation.view) is False:
        return False
    return len(page.rows) >= _SCROLL_FROM or says_more(situation.view) is True


def was_read_before(situation: Situation, page: PageOfList) -> bool:
    """Whether this page was read already: the click before led nowhere new."""
    if (
        situation.memory.turn_failed
        and len(situation.memory.purposes(Purpose.NEXT_PAGE)) < _MAX_TURNS
    ):
        return False
    return page.signature in situation.memory.signatures


def archive_route(situation: Situation) -> Route | None:
    """Another part of the history, such as archived or completed orders, not looked at yet."""
    if (
        situation.memory.purposes(Purpose.ARCHIVE)
        and len(situation.memory.purposes(Purpose.ARCHIVE)) >= _MOST_ARCHIVES
    ):
        return None
    for control in situation.view.controls:
        if (
            control.region in {"contentinfo", "banner"}
            or control.node.selected
            or len(control.label) > _PART_LABEL
        ):
            continue
        old = concept("paging.archive").score(control.label)
        current = (
            concept("paging.current").score(control.label) if control.node.role == "tab" else 0.0
        )
        is_list = (
            concept(situation.intent.target).mentioned(f"{control.label} {control.path_words}")
            if situation.intent.target
            else False
        )
        elsewhere = concept("paging.elsewhere").mentioned(control.label)
        wanted = (
            (is_list and bool(control.url) and elsewhere)
            or (old >= MOSTLY and (is_list or control.node.role == "tab"))
            or current >= MOSTLY
            or _is_state_tab(situation, control)
        )
        seen = control.url and situation.memory.visited(control.url)
        if (
            wanted
            and not seen
            and not (control.url and same_page(control.url, situation.url))
            and not situation.memory.clicked_label(control.label)
        ):
            return Route(control, old, "shows another part of the history")
    return None


def _is_state_tab(situation: Situation, control: Control) -> bool:
    """Whether a control is one of tabs that are all states of records, none of them all of them."""
    above = situation.view.parent(control.node)
    if control.node.role != "tab" or above is None:
        return False
    tabs = [one.label for one in situation.view.controls_in(above) if one.node.role == "tab"]
    meanings = [concept(name) for name in ("value.status", "paging.current", "paging.archive")]
    return all(any(each.score(label) >= MOSTLY for each in meanings) for label in tabs)
