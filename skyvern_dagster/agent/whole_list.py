"""Whether all of a list was read, where all of it is wanted."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.date_window import DateWindow, date_window, newest_only
from skyvern_dagster.reading.list_claims import claimed_total, says_more, shown_part
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.wanted_item import wanted_item
from skyvern_dagster.reading.words import words

_LONGEST = 120
"""Characters of a sentence that is quoted."""


def wants_all(goal: Goal) -> bool:
    """Whether a goal wants every record of a list, and not some of them or what a page shows."""
    text = f"{goal.navigation_goal} {goal.data_extraction_goal}"
    several = set(word_list("restrictions")["several"])
    return (
        bool(several.intersection(words(goal.data_extraction_goal)))
        and not newest_only(text)
        and not date_window(text, goal.payload, goal.today, periods=True)
        and not wanted_item(text, goal.payload, goal.today)
        and not concept("goal.as_shown").mentioned(text)
    )


def missing_rest(goal: Goal, extracted: Any, observation: Observation) -> str:
    """What a page says of records that were not read; empty where it says nothing of them."""
    if not goal.data_extraction_goal or not wants_all(goal):
        return ""
    view = PageView(observation)
    if told := shown_part(view, DateWindow(), goal.today):
        return f'{observation.url} says of its list: "{told[:_LONGEST]}"'
    claimed, read = claimed_total(view), _longest(extracted)
    if not says_more(view) or (claimed is not None and read >= claimed):
        return ""
    of = f" of {claimed}" if claimed is not None else ""
    return f"{observation.url} says that there is more of the list, and {read}{of} were extracted"


def _longest(data: Any) -> int:
    match data:
        case list():
            return len(data)
        case dict():
            return max(map(_longest, data.values()), default=0)
        case _:
            return 0
