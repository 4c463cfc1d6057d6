"""Reading the records of a list into a schema, over all its pages, and knowing when to stop."""

from __future__ import annotations

from dataclasses import replace

from skyvern_dagster.agent.decisions import Click, Decision, Extract, Wait
from skyvern_dagster.agent.planner import LATE_SECONDS, Plan
from skyvern_dagster.agent.planners.heuristic.complaints import complaint
from skyvern_dagster.agent.planners.heuristic.contacts import look_for_contacts, read_contacts
from skyvern_dagster.agent.planners.heuristic.date_range import widened_range
from skyvern_dagster.agent.planners.heuristic.filter_choices import another, choose, wider
from skyvern_dagster.agent.planners.heuristic.list_evidence import (
    folded_field,
    is_wanted_list,
    named_section,
    of_wanted_kind,
)
from skyvern_dagster.agent.planners.heuristic.list_parts import (
    archive_route,
    hiding_records,
    is_past_window,
    next_part,
    open_period_menu,
    reset_filters,
    was_read_before,
)
from skyvern_dagster.agent.planners.heuristic.list_result import (
    count_before,
    doubts_about,
    extract_rows,
    nothing_found,
    reading_confidence,
    rows_seen,
    undated,
    wanted_rows,
)
from skyvern_dagster.agent.planners.heuristic.pagination import onward
from skyvern_dagster.agent.planners.heuristic.restrictions import (
    missing_place,
    unclear_restriction,
)
from skyvern_dagster.agent.planners.heuristic.routes import follow
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    Situation,
    act,
    complete,
    unsure,
    wait_for_rest,
)
from skyvern_dagster.agent.planners.heuristic.state_choice import (
    asked_state,
    by_filter,
    filtered_in_vain,
    of_state,
)
from skyvern_dagster.agent.planners.heuristic.target_page import (
    better_place,
    is_page_of,
    is_target_page,
    no_way_to_list,
    way_to_list,
)
from skyvern_dagster.agent.planners.heuristic.unexplored import (
    contradicted,
    is_of_records,
    speaks_of,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.complaints import complains
from skyvern_dagster.reading.concepts import PLAINLY, concept
from skyvern_dagster.reading.list_claims import claimed_total, says_more, shown_part, still_loads
from skyvern_dagster.reading.record_list import PageOfList, read_page
from skyvern_dagster.reading.schema import ListSpec
from skyvern_dagster.reading.text_lengths import SENTENCES
from skyvern_dagster.reading.words import clip

_MOST_WIDENED = 6
"""Filters set wider before the list is read: period, status, type and three more."""
_MOST_FILTERS = 12
"""Settings of filters that are read one after another: the months of a year."""


def read_list(situation: Situation, wanted: ListSpec) -> Plan:
    """The next step in reading a list: to the page, through its filters and pages, to the end."""
    if plan := read_contacts(situation):
        return plan
    here = is_target_page(situation)
    page = read_page(situation.view, wanted, situation.today)
    better = better_place(situation, here)
    if better and not situation.memory.extracted:
        return better
    if page and is_wanted_list(situation, page):
        if plan := _narrowed(situation, page):
            return plan
        return replace(_read(situation, wanted, page), notes=doubts_about(page))
    if here and not situation.intent.as_shown and (plan := _other_filter(situation)):
        return plan
    own = not situation.intent.target or is_page_of(situation, situation.intent.target)
    if own and (plan := _empty(situation, wanted)):
        return plan
    if situation.memory.extracted:
        return _turned_into_nothing(situation) or _finish(situation, wanted, None)
    if plan := way_to_list(situation):
        return plan
    # Bills that are empty say nothing of orders, as long as there is anything else to look at.
    if plan := _empty(situation, wanted) if here else None:
        return plan
    return (wait_for_rest(situation, "records") if here else None) or no_way_to_list(situation)


def _read(situation: Situation, wanted: ListSpec, page: PageOfList) -> Plan:
    used = situation.memory.chosen_filters
    if not situation.intent.as_shown and (plan := _show_more(situation, used)):
        return plan
    if was_read_before(situation, page):
        return _after_stale(situation, wanted, page)
    if row := undated(situation, page):
        return unsure(f'It isn\'t clear of which day "{clip(row)}" is ({situation.url})')
    kept = wanted_rows(situation, page)
    extract = extract_rows(situation, wanted, kept, page)
    if situation.memory.last_was_for(Purpose.SCROLL) and _lost_rows(situation, extract):
        return unsure(f"The list shows other rows when it is scrolled, not more ({situation.url})")
    if not is_past_window(situation, page) and (more := next_part(situation, page)):
        return act([extract, *more[0]], f"{extract.reasoning}; {more[1]}", reading_confidence(page))
    return _finish(situation, wanted, page)


def _lost_rows(situation: Situation, extract: Extract) -> bool:
    """Whether rows that were read before are gone: what was between may never have been shown."""
    before = situation.memory.extracted[-1] if situation.memory.extracted else None
    rows = _rows_of(extract.data)
    return any(one not in rows for one in _rows_of(before))


def _rows_of(data: object) -> list[object]:
    lists = data.values() if isinstance(data, dict) else [data]
    return [one for listed in lists if isinstance(listed, list) for one in listed]


def _narrowed(situation: Situation, page: PageOfList) -> Plan | None:
    """No plan where the goal wants only some of the records, and nothing here knows which."""
    section = named_section(situation, [row.section for row in page.rows])
    state, _ = asked_state(situation, section)
    known = state and of_state(state, of_wanted_kind(situation, page)) is not None
    if state and not known and (plan := by_filter(situation, state, page)):
        return plan
    if option := filtered_in_vain(situation, page):
        return unsure(f'"{clip(option)}" shows the same records as before ({situation.url})')
    if not known and (some := unclear_restriction(situation, section)):
        return unsure(f'It isn\'t clear how to read only what is meant by "{clip(some)}"')
    if place := missing_place(situation):
        return unsure(f'Nothing on {situation.url} is called "{clip(place)}"')
    if folded := folded_field(page):
        return unsure(f"No record on {situation.url} shows its {folded}, and parts are folded away")
    return None


def _turned_into_nothing(situation: Situation) -> Plan | None:
    """No plan where the next page of a list shows no records: what it should show is missing."""
    last = situation.memory.last_on_the_way
    if last is None or last.decision.purpose is not Purpose.NEXT_PAGE:
        return None
    if _says_empty(situation):
        return None
    told = complaint(situation)
    said = f' and says "{told}"' if told else ""
    return unsure(f"The next page of the list shows no records{said} ({situation.url})")


def _not_all(situation: Situation, page: PageOfList) -> Plan | None:
    """No plan where a list says that it isn't complete, and nothing leads to the rest."""
    wording = f"{situation.goal.navigation_goal} {situation.goal.data_extraction_goal}"
    part_is_meant = situation.intent.newest or concept("goal.as_shown").mentioned(wording)
    if part_is_meant or is_past_window(situation, page):
        return None
    if told := _said_since_turn(situation):
        return unsure(f'The rest of the list doesn\'t come: {situation.url} says "{told}"')
    if not situation.intent.as_shown and (hiding := hiding_records(situation, page)):
        return unsure(f"The list on {situation.url} may not show all: {hiding}")
    if told := shown_part(situation.view, situation.intent.window, situation.today):
        return unsure(f'{situation.url} says of its list: "{clip(told, 120)}"')
    if told := still_loads(situation.view):
        return unsure(
            f'{situation.url} says "{clip(told)}", and the rest of its list doesn\'t come'
        )
    claimed = claimed_total(situation.view)
    if says_more(situation.view) is True and (claimed is None or len(page.rows) < claimed):
        return unsure(
            f"{situation.url} says that there are more records, and nothing leads to them"
        )
    seen = rows_seen(situation, page)
    if claimed is not None and seen < claimed:
        told = f"says that there are {claimed} records, and {seen} were read"
        return unsure(f"{situation.url} {told}")
    return None


def _more_unread(situation: Situation) -> Plan | None:
    """No plan where a page of which no records can be read says that its list goes on."""
    if situation.intent.newest or situation.intent.as_shown or not says_more(situation.view):
        return None
    return unsure(f"{situation.url} says that there are more records, and none could be read there")


def _said_since_turn(situation: Situation) -> str:
    """What speaks against the list's last turn, also if it was a dialog that was closed since."""
    actions = [action for _, action in situation.memory.actions]
    turns = [at for at, one in enumerate(actions) if one.decision.purpose is Purpose.NEXT_PAGE]
    if not turns:
        return ""
    since = actions[turns[-1] :]
    said = (text for one in since for text in (*one.result.text_appeared, one.result.dialog or ""))
    goal = situation.intent.instructions
    if told := next((text for text in said if text and complains(text, goal)), ""):
        return clip(told, 120)
    waits = {Purpose.NEXT_PAGE, Purpose.WAIT}
    return complaint(situation, of_list=True) if since[-1].decision.purpose in waits else ""


def _show_more(situation: Situation, used: list[str]) -> Plan | None:
    """Filters that have to be set otherwise for all that is wanted."""
    window, today = situation.intent.window, situation.today
    if (
        not situation.intent.newest
        and (choice := wider(situation.view, window, today, used))
        and len(used) < _MOST_WIDENED
    ):
        decisions = choose(situation.view, choice)
        return act(decisions, f'Filter: "{choice.label}" makes the list show {window}', LIKELY)
    if not used and (plan := reset_filters(situation, named=True)):
        return plan
    return _move_range(situation) or open_period_menu(situation, used, [])


def _move_range(situation: Situation) -> Plan | None:
    """Moves the beginning of a date range back, once."""
    if situation.memory.range_moved:
        return None
    window = situation.intent.window
    decisions = widened_range(situation.view, window, situation.today, situation.lang)
    return act(decisions, decisions[0].reasoning, LIKELY) if decisions else None


def _after_stale(situation: Situation, wanted: ListSpec, page: PageOfList) -> Plan:
    last = situation.memory.last
    turned = last is not None and (
        (isinstance(last.decision, Click) and last.decision.purpose is Purpose.NEXT_PAGE)
        or (last.decision.purpose is Purpose.SCROLL and says_more(situation.view) is not False)
    )
    if turned and situation.memory.in_a_row(Purpose.WAIT) < 1:
        why = "Wait: the list shows the same records as before; more may be on their way"
        return act([Wait(seconds=LATE_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)
    if len(situation.memory.done(Purpose.NEXT_PAGE)) == 1 and (
        _still_turns(situation, page) or _more_is_gone(situation)
    ):
        return unsure(f"The next page of the list shows the same records ({situation.url})")
    return _finish(situation, wanted, page)


def _still_turns(situation: Situation, page: PageOfList) -> bool:
    """Whether a list whose first turn showed nothing else says that there is a further page."""
    last = page.reading.records[-1].record.nodes[-1]
    at_end = says_more(situation.view) is False
    return not at_end and onward(situation.view, last) is not None


def _more_is_gone(situation: Situation) -> bool:
    """Whether what offered more of the list went away at the first click and brought nothing."""
    turn = situation.memory.done(Purpose.NEXT_PAGE)[-1]
    offered = concept("paging.more").score(turn.label) >= PLAINLY
    return offered and says_more(situation.view) is not False


def _finish(situation: Situation, wanted: ListSpec, page: PageOfList | None) -> Plan:
    """On to the next period or part of the history; at the end, the result."""
    if plan := _further(situation, wanted, page):
        return plan
    if plan := _not_all(situation, page) if page else _more_unread(situation):
        return plan
    kept = wanted_rows(situation, page) if page else []
    total = len(kept) + count_before(situation, wanted)
    if not total and (plan := nothing_found(situation)):
        return plan
    reason = f"Read the whole list: {total} records {situation.intent.window}"
    decisions: list[Decision] = []
    if page:
        decisions.append(extract_rows(situation, wanted, kept, page, final=True))
    if plan := look_for_contacts(situation, decisions):
        return plan
    return complete(reason, reading_confidence(page) if page else LIKELY, *decisions)


def _further(situation: Situation, wanted: ListSpec, page: PageOfList | None) -> Plan | None:
    if (
        situation.intent.newest
        or situation.intent.as_shown
        or (page and is_past_window(situation, page) and not situation.memory.chosen_filters)
    ):
        return None
    before: list[Decision] = []
    if page and not was_read_before(situation, page):
        before.append(extract_rows(situation, wanted, wanted_rows(situation, page), page))
    used = situation.memory.chosen_filters
    if len(used) < _MOST_FILTERS and (
        choice := another(situation.view, situation.intent.window, situation.today, used)
    ):
        return act(
            [*before, *choose(situation.view, choice)],
            f'Filter: "{choice.label}" comes next',
            LIKELY,
        )
    if route := archive_route(situation):
        plan = follow(route, Purpose.ARCHIVE, LIKELY)
        return act([*before, *plan.decisions], plan.reasoning, plan.confidence)
    return None


def _other_filter(situation: Situation) -> Plan | None:
    """Another part of the list, where this one is empty."""
    if reset := reset_filters(situation):
        return reset
    used = situation.memory.chosen_filters
    choice = wider(situation.view, situation.intent.window, situation.today, used) or another(
        situation.view, situation.intent.window, situation.today, used
    )
    if choice and len(used) < _MOST_FILTERS:
        return act(
            choose(situation.view, choice),
            f'Filter: "{choice.label}" may show records',
            LIKELY,
        )
    return _move_range(situation)


def _empty(situation: Situation, wanted: ListSpec) -> Plan | None:
    """The end, where the list's page says that there are no records."""
    told = _says_empty(situation)
    if not told:
        return None
    if not situation.memory.purposes(Purpose.WAIT, url=situation.url):
        why = f'Wait: records may be on their way, although it says "{clip(told)}"'
        return act([Wait(seconds=LATE_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)
    route = None if situation.intent.as_shown else archive_route(situation)
    if route is not None:
        return follow(route, Purpose.ARCHIVE, LIKELY)
    if against := contradicted(situation) or speaks_of(situation, is_of_records):
        return unsure(f'{situation.url} says "{clip(told)}", and "{against}"')
    if not count_before(situation, wanted) and (plan := nothing_found(situation)):
        return plan
    data = situation.scalars.data(wanted, [])
    extract = Extract(
        data=data, reasoning=f'Read: the list is empty ("{clip(told)}")', purpose=Purpose.READ
    )
    return complete(f'The list is empty: "{clip(told)}"', LIKELY, extract)


def _says_empty(situation: Situation) -> str:
    """What the page says where it has no records; empty where it says nothing."""
    return next(
        (
            line
            for line in situation.view.paragraphs
            if len(line) < SENTENCES and concept("message.empty").mentioned(line)
        ),
        "",
    )
