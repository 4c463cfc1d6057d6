"""Whether all of a list was read, where all of it is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.date_window import DateWindow, date_window, newest_only
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.list_claims import claimed_total, says_more, shown_part
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.wanted_item import wanted_item
from skyvern_dagster.reading.words import words

_LONGEST = 120
"""Characters of a sentence that is quoted."""


def goes_on(goal: Goal, observation: Observation) -> bool:
    """Whether a page says that records which may be wanted are on others."""
    return wants_several(goal) and _has_more(goal, PageView(observation))


def _has_more(goal: Goal, view: PageView) -> bool:
    return bool(says_more(view)) and not _may_end_here(view.nodes, goal)


def wants_several(goal: Goal) -> bool:
    """Whether it wants every record of a list, or all of some days."""
    text = _text(goal)
    several = set(word_list("restrictions")["several"])
    return (
        bool(several.intersection(words(goal.data_extraction_goal)))
        and not newest_only(text)
        and not wanted_item(text, goal.payload, goal.today)
        and not concept("goal.as_shown").mentioned(text)
    )


def missing_rest(goal: Goal, extracted: Any, observation: Observation) -> str:
    """What a page says of records that were not read; empty where it says nothing of them."""
    if not goal.data_extraction_goal or not wants_several(goal):
        return ""
    view, window = PageView(observation), _window(goal)
    if told := shown_part(view, window, goal.today):
        return f'{observation.url} says of its list: "{told[:_LONGEST]}"'
    claimed, read = claimed_total(view), _longest(extracted)
    if not _has_more(goal, view) or (claimed is not None and read >= claimed):
        return ""
    of = f" of {claimed}" if claimed is not None else ""
    days = f" and shows no day that isn't {window}" if window else ""
    return (
        f"{observation.url} says that there is more of the list{days}, and {read}{of} were "
        "extracted"
    )


def _may_end_here(nodes: Iterable[Node], goal: Goal) -> bool:
    """Whether some days are wanted, and a page shows one beyond them, or none at all."""
    window, today = _window(goal), goal.today
    if not window:
        return False
    shown = (part for node in nodes for part in (node.name, node.text, node.value) if part)
    days = [day for part in shown for each in find_dates(part, today) for day in each.days]
    return not days or not all(map(window.holds, days))


def _text(goal: Goal) -> str:
    return f"{goal.navigation_goal} {goal.data_extraction_goal}"


def _window(goal: Goal) -> DateWindow:
    return date_window(_text(goal), goal.payload, goal.today, periods=True)


def _longest(data: Any) -> int:
    match data:
        case list():
            return len(data)
        case dict():
            return max(map(_longest, data.values()), default=0)
        case _:
            return 0
