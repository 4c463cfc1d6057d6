"""Reading a page without a list of records in the schema: single values, or whatever there is."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.decisions import Extract
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.concepts import concept
from skyvern_dagster.agent.planners.heuristic.facts import Kind, facts_of, pieces_of
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.record import RecordSet
from skyvern_dagster.agent.planners.heuristic.records import record_sets
from skyvern_dagster.agent.planners.heuristic.scalars import emails, fill_scalars
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    Situation,
    complete,
    give_up,
)
from skyvern_dagster.agent.planners.heuristic.words import clip, overlap


def extract_page(situation: Situation) -> Plan:
    """Reads this page, after going to the one that the goal names."""
    if plan := _go_first(situation):
        return plan
    data = fill_scalars(situation, None, []) if _has_schema(situation) else loose_reading(situation)
    found = _filled(data)
    if not found:
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
        reasoning=f"Read: {found} values from {clip(situation.view.headings[0] or situation.url)}",
    )
    lacking = f"; not found: {', '.join(missing)}" if missing else ""
    return complete(f"Read {found} values{lacking}", FAIR if missing else LIKELY, extract)


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
    if intent.target and any(concept(intent.target).score(text) >= 0.5 for text in headings):
        return None
    if intent.target_words and any(overlap(intent.target_words, text) >= 0.6 for text in headings):
        return None
    if len(situation.memory.purposes("Navigate")) >= 6 or not intent.target_words:
        return None
    return go_to(situation, (intent.target,) if intent.target else (), intent.target_words)


def loose_reading(situation: Situation) -> dict[str, Any]:
    """Everything plain on the page, where no schema says what is wanted."""
    view = situation.view
    data: dict[str, Any] = {"title": situation.request.observation.title, "url": situation.url}
    tables = [
        one for one in record_sets(view, situation.today) if one.shape == "table" and one.columns
    ]
    if tables:
        largest = max(tables, key=lambda one: len(one.records) * len(one.columns))
        data["records"] = [_as_dict(one, largest) for one in largest.records]
    facts = facts_of(pieces_of(view, [view.root]), situation.today)
    labelled = {
        fact.label: fact.text
        for fact in facts
        if fact.label and not fact.column and fact.kind is Kind.TEXT
    }
    if labelled:
        data["values"] = labelled
    if found := emails(view):
        data["emails"] = list(found)
    data["headings"] = [text for text in view.headings[1:] if text]
    return data


def _as_dict(record: Any, source: RecordSet) -> dict[str, str]:
    row: dict[str, str] = {}
    for fact in record.facts:
        if fact.kind is Kind.TEXT and fact.column in source.columns:
            row[fact.column] = (
                f"{row[fact.column]} {fact.text}" if fact.column in row else fact.text
            )
    return row
