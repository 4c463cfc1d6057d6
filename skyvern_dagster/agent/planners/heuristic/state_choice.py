"""Records of one state that a goal asks for: `unpaid invoices`, `all open orders`."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.filter_choices import choose
from skyvern_dagster.agent.planners.heuristic.list_filters import filters
from skyvern_dagster.agent.planners.heuristic.restrictions import only_names, unclear_restriction
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, act
from skyvern_dagster.agent.purposes import FilterMemo, Purpose
from skyvern_dagster.reading.record_list import PageOfList, Row
from skyvern_dagster.reading.record_states import state_named, states_said, unclear_state
from skyvern_dagster.reading.words import fold


def asked_state(situation: Situation, section: str) -> tuple[str, str]:
    """The state that a goal asks for and its words, where nothing else narrows what it wants.

    Args:
        situation: The page and the goal.
        section: The heading of the part of it that is read.
    """
    some = unclear_restriction(situation, section)
    state, term = state_named(some) if some else ("", "")
    if not state or not only_names(fold(some).replace(term, " ")) or situation.intent.newest:
        return "", ""
    rest = unclear_restriction(situation, f"{section} {term}")
    return ("", "") if rest else (state, term)


def filtered_in_vain(situation: Situation, page: PageOfList) -> str:
    """The option of a filter that was chosen for a state, and shows the same records as before."""
    memos = (one.decision.memo for one in situation.memory.done(Purpose.FILTER))
    chosen = [one for one in memos if isinstance(one, FilterMemo) and one.shown]
    return next((one.option for one in chosen if one.shown == page.signature), "")


def by_filter(situation: Situation, state: str, page: PageOfList) -> Plan | None:
    """Chooses the state in a filter of the list, where it has one that wasn't tried yet."""
    used = situation.memory.chosen_filters
    for one in filters(situation.view, situation.today):
        fitting = [choice for choice in one.choices if states_said([choice.label]) == {state}]
        if len(fitting) != 1 or fitting[0].chosen or fold(fitting[0].label) in used:
            continue
        everything = next((choice.label for choice in one.choices if choice.everything), "")
        decisions = choose(situation.view, fitting[0])
        option = fitting[0].label
        memo = FilterMemo(option=option, instead_of=everything, shown=page.signature)
        first = decisions[0].model_copy(update={"memo": memo})
        return act([first, *decisions[1:]], f'Filter: "{option}" is asked for', LIKELY)
    return None


def of_state(state: str, rows: Sequence[Row]) -> list[Row] | None:
    """The records of a state; ``None`` where the list doesn't tell of each whether it is one."""
    said = [row.states for row in rows]
    if not rows or unclear_state(state, said):
        return None
    return [row for row in rows if state in row.states]
