"""Going to a list, reading its records into a schema over all its pages, and knowing when to stop."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from skyvern_dagster.agent.decisions import Click, Decision, Extract, Scroll, SelectOption, Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.concepts import concept
from skyvern_dagster.agent.planners.heuristic.contacts import look_for_contacts, read_contacts
from skyvern_dagster.agent.planners.heuristic.dates import DateMention, DayOrder, day_order
from skyvern_dagster.agent.planners.heuristic.fields import Filled, Reading, best_reading
from skyvern_dagster.agent.planners.heuristic.groups import heading_date
from skyvern_dagster.agent.planners.heuristic.navigation import (
    RELATED,
    Route,
    follow,
    go_to,
    routes,
)
from skyvern_dagster.agent.planners.heuristic.outcomes import error_codes
from skyvern_dagster.agent.planners.heuristic.page import same_page
from skyvern_dagster.agent.planners.heuristic.pagination import (
    Onward,
    onward,
    page_select,
    says_more,
)
from skyvern_dagster.agent.planners.heuristic.periods import another, choose, closed, wider
from skyvern_dagster.agent.planners.heuristic.records import record_sets
from skyvern_dagster.agent.planners.heuristic.scalars import fill_scalars
from skyvern_dagster.agent.planners.heuristic.schema import FieldSpec, ListSpec
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    SURE,
    Situation,
    act,
    give_up,
    terminate,
    unsure,
)
from skyvern_dagster.agent.planners.heuristic.values import fact_date, value_of
from skyvern_dagster.agent.planners.heuristic.words import clip, fold

_READABLE = 0.35
_MAX_NAVIGATION = 10
_SCROLL_FROM = 6


@dataclass(frozen=True)
class Row:
    """One record read: its values by field name, and the day by which it is filtered."""

    values: dict[str, Any]
    day: date | None


@dataclass(frozen=True)
class PageOfList:
    """What one page of the list gave."""

    rows: tuple[Row, ...]
    reading: Reading
    signature: str

    @property
    def newest_first(self) -> bool:
        """Whether the dates only fall."""
        days = [row.day for row in self.rows if row.day]
        return len(days) > 1 and all(
            first >= second for first, second in zip(days, days[1:], strict=False)
        )


def read_list(situation: Situation, wanted: ListSpec) -> Plan:
    """The next step in reading a list: to the page, through its filters and pages, to the end."""
    if plan := read_contacts(situation):
        return plan
    here = _is_target_page(situation)
    page = read_page(situation, wanted)
    better = _better_place(situation, here)
    if better and not situation.memory.extracted:
        return better
    if page and (here or not situation.intent.target or page.reading.quality >= 0.6):
        return _read(situation, wanted, page)
    if here and (plan := _empty(situation, wanted)):
        return plan
    if situation.memory.extracted:
        return _finish(situation, wanted, None)
    return _go_there(situation)


def _is_target_page(situation: Situation) -> bool:
    """Whether headings, address or the current menu entry say that this is the list's page."""
    target = situation.intent.target
    if not target:
        return True
    return any(_is_page_of(situation, name) for name in (target, *RELATED.get(target, ())))


def _is_page_of(situation: Situation, name: str) -> bool:
    wanted, view = concept(name), situation.view
    if (
        any(wanted.score(text) >= 0.5 for text in view.main_headings[1:])
        or wanted.score(situation.request.observation.title) >= 0.6
    ):
        return True
    for control in view.controls:
        node = control.node
        current = node.attributes.get("aria-current") not in {None, "", "false"} or (
            node.url and same_page(node.url, view.url, ignore_query=True)
        )
        if (current or node.selected) and wanted.score(control.label) >= 0.6:
            return True
    return any(wanted.score(text) >= 0.7 for text in view.headings)


def _better_place(situation: Situation, here: bool) -> Plan | None:
    """A way to the full list, where this page only shows a part of it (``View all orders``)."""
    target = situation.intent.target
    if not target or len(situation.memory.purposes("Navigate")) >= _MAX_NAVIGATION:
        return None
    found = [
        route
        for route in routes(situation, (target,), situation.intent.target_words)
        if route.score >= 0.6
    ]
    if here and _says_full_list(situation):
        return None
    all_of_it = [
        route for route in found
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
        follow(situation, usable[0], "Navigate", SURE if usable[0].score >= 0.7 else LIKELY)
        if usable
        else None
    )


def _says_full_list(situation: Situation) -> bool:
    """Whether the page's first heading or address is the list's own, not a dashboard's."""
    wanted = concept(situation.intent.target)
    own = any(wanted.score(text) >= 0.6 for text in situation.view.main_headings[1:2])
    partial = concept("page.account").score(situation.view.main_headings[-1]) >= 0.6
    return (
        own
        and not partial
        and not any(
            concept("nav.all").score(one.label) >= 0.7
            and one.url
            and concept(situation.intent.target).mentioned(f"{one.label} {one.path_words}")
            and not same_page(one.url, situation.url)
            for one in situation.view.controls
            if one.region not in {"navigation", "banner", "contentinfo"}
        )
    )


def _go_there(situation: Situation) -> Plan:
    target = situation.intent.target
    steps = len(situation.memory.purposes("Navigate"))
    name = target.rpartition(".")[2] or situation.intent.target_words or "list"
    if target and steps < _MAX_NAVIGATION:
        plan = go_to(
            situation, (target,), situation.intent.target_words, fallbacks=RELATED.get(target, ())
        )
        if plan:
            return plan
    if _is_target_page(situation) and target:
        return give_up(
            situation,
            "page_not_found",
            f"The page with the {name} was found ({situation.url}), but no {name} could be read from it",
        )
    where = (
        f"after {steps} clicks, the last page being {situation.url}"
        if steps
        else f"from {situation.url}"
    )
    return give_up(situation, "page_not_found", f"No way to the {name} could be found {where}")


def read_page(situation: Situation, wanted: ListSpec) -> PageOfList | None:
    """The records of this page, as the schema wants them."""
    sets = record_sets(situation.view, situation.today)
    reading = best_reading(situation.view, sets, wanted.wanted)
    if reading is None or reading.quality < _READABLE:
        return None
    order = _order_of_days(situation, reading)
    rows = tuple(_row(situation, wanted, one, order) for one in reading.records)
    rows = tuple(row for row in rows if any(value is not None for value in row.values.values()))
    if not rows:
        return None
    keys = [str(next(iter(row.values.values()))) for row in rows]
    ids = [str(row.values.get(_key_name(wanted))) for row in rows] or keys
    return PageOfList(rows, reading, f"{len(rows)} records {ids[0]} … {ids[-1]}")


def _key_name(wanted: ListSpec) -> str:
    return next(
        (one.name for one in wanted.wanted if one.kind == "identifier"), wanted.wanted[0].name
    )


def _order_of_days(situation: Situation, reading: Reading) -> DayOrder:
    mentions = [
        fact.value
        for one in reading.records
        for fact in one.facts.values()
        if isinstance(fact.value, DateMention)
    ]
    return day_order(mentions, situation.lang, situation.view.page_text, situation.today)


def _row(situation: Situation, wanted: ListSpec, filled: Filled, order: DayOrder) -> Row:
    values: dict[str, Any] = {}
    for field in wanted.wanted:
        fact = filled.facts.get(field.name)
        values[field.name] = value_of(fact, field, order, situation.today) if fact else None
    return Row(values, _filter_day(situation, wanted, filled, values, order))


def _filter_day(
    situation: Situation, wanted: ListSpec, filled: Filled, values: dict[str, Any], order: DayOrder
) -> date | None:
    """The day that the goal's window is about: the record's main date."""
    dated = [field for field in wanted.wanted if field.kind == "date" and values.get(field.name)]
    main = [field for field in dated if field.concept in {"order_date", "invoice_date", ""}]
    if main or dated:
        return date.fromisoformat(str(values[(main or dated)[0].name]))
    days = [
        day
        for fact in filled.record.facts
        if isinstance(fact.value, DateMention) and (day := fact_date(fact, order, situation.today))
    ]
    above = heading_date(situation.view, filled.record) if not days else None
    return days[0] if days else fact_date(above, order, situation.today) if above else None


def _read(situation: Situation, wanted: ListSpec, page: PageOfList) -> Plan:
    used = _used_filters(situation)
    window, today = situation.intent.window, situation.today
    if (
        not situation.intent.newest
        and (choice := wider(situation.view, window, today, used))
        and len(used) < 6
    ):
        decisions = choose(situation.view, choice, "Filter")
        return act(decisions, f'Filter: "{choice.label}" makes the list show {window}', LIKELY)
    if plan := _open_filter(situation, used, []):
        return plan
    if _is_stale(situation, page):
        return _after_stale(situation, wanted, page)
    kept = _kept(situation, page)
    extract = _extract(situation, wanted, kept, page)
    if not _past_window(situation, page) and (more := _more(situation, page)):
        return act([extract, *more[0]], f"{extract.reasoning}; {more[1]}", _confidence(page))
    return _finish(situation, wanted, page)


def _open_filter(situation: Situation, used: list[str], before: list[Decision]) -> Plan | None:
    """Opens a hand-made drop-down of periods, once for each period to choose."""
    opened = situation.memory.purposes("Open filter")
    control = closed(situation.view, situation.intent.window, situation.today, used)
    if control is None or len(opened) > len(used) or len(opened) >= 8:
        return None
    why = f"Open filter: {control} doesn't cover {situation.intent.window}"
    return act([*before, Click(ref=control.ref, reasoning=why)], why, LIKELY)


def _used_filters(situation: Situation) -> list[str]:
    return [
        fold(action.decision.reasoning.partition(": ")[2])
        for action in situation.memory.purposes("Filter")
    ]


def _kept(situation: Situation, page: PageOfList) -> list[Row]:
    window = situation.intent.window
    rows = [
        row for row in page.rows if not window or (row.day is not None and window.holds(row.day))
    ]
    newest = situation.intent.newest
    if newest:
        rows = sorted(rows, key=lambda row: row.day or date.min, reverse=True)[:newest]
    return rows


def _extract(
    situation: Situation,
    wanted: ListSpec,
    kept: list[Row],
    page: PageOfList,
    *,
    final: bool = False,
) -> Extract:
    items: list[Any] = [
        row.values if wanted.fields else next(iter(row.values.values())) for row in kept
    ]
    data = fill_scalars(situation, wanted, items, page.reading.source.container)
    if final:
        data = _with_scratchpad(situation, wanted, data, kept, page)
    window = f", {len(kept)} of them {situation.intent.window}" if situation.intent.window else ""
    return Extract(data=data, reasoning=f"Read: {page.signature}{window}")


def _with_scratchpad(
    situation: Situation, wanted: ListSpec, data: Any, kept: list[Row], page: PageOfList
) -> Any:
    if not isinstance(data, dict):
        return data
    pads = [field.name for field in situation.intent.data.scalars if field.concept == "scratchpad"]
    skipped = [row for row in page.rows if row not in kept]
    account = f"Asked for records {situation.intent.window}. Kept: {_named(kept, wanted)}. Left out on the last page: {_named(skipped, wanted)}."
    return {**data, **dict.fromkeys(pads, account)}


def _named(rows: list[Row], wanted: ListSpec) -> str:
    names = [f"{row.values.get(_key_name(wanted))} ({row.day or 'no date'})" for row in rows[:20]]
    return ", ".join(names) or "none"


def _confidence(page: PageOfList) -> float:
    return SURE if page.reading.quality >= 0.65 else LIKELY if page.reading.quality >= 0.5 else FAIR


def _past_window(situation: Situation, page: PageOfList) -> bool:
    """Whether a list with the newest first has come to days before the window."""
    if situation.intent.newest:
        return len(page.rows) >= situation.intent.newest
    start = situation.intent.window.start
    last = page.rows[-1].day
    return start is not None and page.newest_first and last is not None and last < start


def _more(situation: Situation, page: PageOfList) -> tuple[list[Decision], str] | None:
    last = page.reading.records[-1].record.nodes[-1]
    found = onward(situation.view, last)
    if found and not _is_exhausted(situation, found):
        why = f"Next page: {found.control} {found.why}"
        return [Click(ref=found.control.ref, reasoning=why)], why
    if select := page_select(situation.view):
        why = f"Next page: {select[0]} goes to page {select[1]}"
        return [SelectOption(ref=select[0].ref, label=select[1], reasoning=why)], why
    scrolls = situation.memory.purposes("Scroll")
    if found is None and _may_scroll(situation, page) and len(scrolls) < 30:
        why = "Scroll: the list may go on further down"
        return [Scroll(direction="bottom", reasoning=why)], why
    return None


def _is_exhausted(situation: Situation, found: Onward) -> bool:
    """Whether the last click on it changed nothing."""
    last = situation.memory.last
    return (
        last is not None
        and last.decision.reasoning.startswith("Next page")
        and not last.result.page_changed
        and last.result.ok
        and not found.adds
    )


def _may_scroll(situation: Situation, page: PageOfList) -> bool:
    if says_more(situation.view) is False:
        return False
    return len(page.rows) >= _SCROLL_FROM or says_more(situation.view) is True


def _is_stale(situation: Situation, page: PageOfList) -> bool:
    """Whether this page was read already: the click before led nowhere new."""
    reads = [
        action.decision.reasoning
        for _, action in situation.memory.actions
        if isinstance(action.decision, Extract)
    ]
    return any(
        page.signature == re.split(r", \d+ of them", one.removeprefix("Read: "))[0] for one in reads
    )


def _after_stale(situation: Situation, wanted: ListSpec, page: PageOfList) -> Plan:
    last = situation.memory.last
    clicked = (
        last is not None
        and isinstance(last.decision, Click)
        and last.decision.reasoning.startswith("Next page")
    )
    if clicked and situation.memory.in_a_row("Wait") < 1:
        why = "Wait: the list shows the same records as before; more may be on their way"
        return act([Wait(seconds=2, reasoning=why)], why)
    return _finish(situation, wanted, page)


def _finish(situation: Situation, wanted: ListSpec, page: PageOfList | None) -> Plan:
    """On to the next period or part of the history; at the end, the result."""
    if plan := _further(situation, wanted, page):
        return plan
    kept = _kept(situation, page) if page else []
    total = len(kept) + _kept_before(situation, wanted)
    if not total and (plan := _nothing_found(situation)):
        return plan
    reason = f"Read the whole list: {total} records {situation.intent.window}"
    decisions: list[Decision] = []
    if page:
        decisions.append(_extract(situation, wanted, kept, page, final=True))
    if plan := look_for_contacts(situation, decisions):
        return plan
    return _completed(decisions, reason, _confidence(page) if page else LIKELY)


def _completed(decisions: list[Decision], reason: str, confidence: float) -> Plan:
    from skyvern_dagster.agent.planners.heuristic.situation import complete

    return complete(reason, confidence, *decisions)


def _further(situation: Situation, wanted: ListSpec, page: PageOfList | None) -> Plan | None:
    if situation.intent.newest or (
        page and _past_window(situation, page) and not _used_filters(situation)
    ):
        return None
    before: list[Decision] = []
    if page and not _is_stale(situation, page):
        before.append(_extract(situation, wanted, _kept(situation, page), page))
    used = _used_filters(situation)
    if len(used) < 12 and (
        choice := another(situation.view, situation.intent.window, situation.today, used)
    ):
        return act(
            [*before, *choose(situation.view, choice, "Filter")],
            f'Filter: "{choice.label}" comes next',
            LIKELY,
        )
    if route := _archive(situation):
        plan = follow(situation, route, "Archive", LIKELY)
        return act([*before, *plan.decisions], plan.reasoning, plan.confidence)
    return None


def _archive(situation: Situation) -> Route | None:
    """Another part of the history, such as archived or completed orders, not looked at yet."""
    if situation.memory.purposes("Archive") and len(situation.memory.purposes("Archive")) >= 3:
        return None
    for control in situation.view.controls:
        if (
            control.region in {"contentinfo", "banner"}
            or control.node.selected
            or len(control.label) > 50
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
        wanted = old >= 0.6 and (is_list or control.node.role == "tab") or current >= 0.6
        seen = control.url and situation.memory.visited(control.url)
        if (
            wanted
            and not seen
            and not (control.url and same_page(control.url, situation.url))
            and not situation.memory.clicked_label(control.label)
        ):
            return Route(control, old, "shows another part of the history")
    return None


def _kept_before(situation: Situation, wanted: ListSpec) -> int:
    count = 0
    for data in situation.memory.extracted:
        items = (
            data
            if isinstance(data, list)
            else data.get(wanted.name, [])
            if isinstance(data, dict)
            else []
        )
        count += len(items) if isinstance(items, list) else 0
    return count


def _nothing_found(situation: Situation) -> Plan | None:
    """Ends the task where finding nothing is an error by its own words."""
    mapping = situation.goal.error_code_mapping
    ends = concept("message.empty").mentioned(situation.intent.terminates_if) or bool(
        re.search(
            r"\bno\b.{0,30}\b(orders?|invoices?|records?|results?)\b",
            situation.intent.terminates_if.lower(),
        )
    )
    if not ends and not error_codes(mapping, "no_records"):
        return None
    window = f" {situation.intent.window}" if situation.intent.window else ""
    reason = f"No records{window} are in the list on {situation.url}"
    return terminate(situation, "no_records", reason)


def _empty(situation: Situation, wanted: ListSpec) -> Plan | None:
    """The list's page, without a record on it."""
    used = _used_filters(situation)
    choice = wider(situation.view, situation.intent.window, situation.today, used) or another(
        situation.view, situation.intent.window, situation.today, used
    )
    if choice and len(used) < 12:
        return act(
            choose(situation.view, choice, "Filter"),
            f'Filter: "{choice.label}" may show records',
            LIKELY,
        )
    told = next(
        (
            line
            for line in situation.view.paragraphs
            if len(line) < 200 and concept("message.empty").mentioned(line)
        ),
        "",
    )
    if not told:
        return None
    if route := _archive(situation):
        return follow(situation, route, "Archive", LIKELY)
    if not _kept_before(situation, wanted) and (plan := _nothing_found(situation)):
        return plan
    data = fill_scalars(situation, wanted, [], situation.view.root)
    extract = Extract(data=data, reasoning=f'Read: the list is empty ("{clip(told)}")')
    return _completed([extract], f'The list is empty: "{clip(told)}"', LIKELY)


def unreadable(situation: Situation) -> Plan:
    """The answer for a page whose data can't be made out."""
    return unsure(f"The data asked for could not be made out on {situation.url}")


def date_fields(wanted: ListSpec) -> list[FieldSpec]:
    """The fields of a list that hold a date."""
    return [field for field in wanted.wanted if field.kind == "date"]
