"""Reading a page without a list of records in the schema: single values, or whatever there is."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.decisions import Extract
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.navigation import MOST_NAVIGATIONS, go_to
from skyvern_dagster.agent.planners.heuristic.restrictions import (
    unclear_period,
    unclear_restriction,
)
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    Situation,
    complete,
    give_up,
    unsure,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import PARTLY, concept
from skyvern_dagster.reading.whole_page import read_whole_page
from skyvern_dagster.reading.words import ALIKE, clip, overlap


def extract_page(situation: Situation) -> Plan:
    """Reads this page, after going to the one that the goal names."""
    if plan := _go_first(situation):
        return plan
    if some := unclear_restriction(situation) or unclear_period(situation):
        return unsure(f'It isn\'t clear how to read only what is meant by "{clip(some)}"')
    data = _data(situation)
    filled = _filled(data)
    if not filled:
        return give_up(
            situation,
            "page_not_found",
            f"Nothing of what was asked for could be read from {situation.url}",
        )
    missing = (
        [name for name, value in data.items() if value in (None, "", [], {})]
        if isinstance(data, dict)
        else []
    )
    extract = Extract(
        data=data,
        reasoning=f"Read: {filled} values from {clip(situation.view.headings[0] or situation.url)}",
        purpose=Purpose.READ,
    )
    lacking = f"; not found: {', '.join(missing)}" if missing else ""
    return complete(f"Read {filled} values{lacking}", FAIR if missing else LIKELY, extract)


def _data(situation: Situation) -> Any:
    if _has_schema(situation):
        return situation.scalars.data(None, [])
    return read_whole_page(situation.view, situation.today)


def _has_schema(situation: Situation) -> bool:
    data = situation.intent.data
    return bool(data.lists or data.scalars or data.groups)


def _filled(data: Any) -> int:
    if isinstance(data, dict):
        return sum(_filled(value) for value in data.values())
    if isinstance(data, list):
        return sum(_filled(value) for value in data)
    return 0 if data in (None, "") else 1


def _go_first(situation: Situation) -> Plan | None:
    """The way to the page that the navigation goal names, unless this is it."""
    intent = situation.intent
    if not intent.instructions or not (intent.target or intent.target_words):
        return None
    headings = situation.view.main_headings
    if intent.target and any(concept(intent.target).score(text) >= PARTLY for text in headings):
        return None
    if intent.target_words and any(
        overlap(intent.target_words, text) >= ALIKE for text in headings
    ):
        return None
    if (
        len(situation.memory.purposes(Purpose.NAVIGATE)) >= MOST_NAVIGATIONS
        or not intent.target_words
    ):
        return None
    return go_to(situation, (intent.target,) if intent.target else (), intent.target_words)
