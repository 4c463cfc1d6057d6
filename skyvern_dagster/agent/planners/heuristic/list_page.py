"""What one page of a list gave: its records as the schema wants them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from skyvern_dagster.agent.planners.heuristic.date_mention import DateMention, DayOrder
from skyvern_dagster.agent.planners.heuristic.day_order import day_order
from skyvern_dagster.agent.planners.heuristic.facts import Fact
from skyvern_dagster.agent.planners.heuristic.fields import Filled, Reading, best_reading
from skyvern_dagster.agent.planners.heuristic.groups import heading_date, heading_year
from skyvern_dagster.agent.planners.heuristic.records import record_sets
from skyvern_dagster.agent.planners.heuristic.schema import ListSpec
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.planners.heuristic.values import fact_date, value_of

_READABLE = 0.35


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
        return len(days) > 1 and all(first >= second for first, second in itertools.pairwise(days))


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
    ids = [str(row.values.get(key_name(wanted))) for row in rows] or keys
    return PageOfList(rows, reading, f"{len(rows)} records {ids[0]} … {ids[-1]}")


def key_name(wanted: ListSpec) -> str:
    """The field that names a record in signatures and accounts."""
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
        fact = _in_its_year(situation, filled, filled.facts.get(field.name))
        values[field.name] = value_of(fact, field, order, situation.today) if fact else None
    return Row(values, _filter_day(situation, wanted, filled, values, order))


def _in_its_year(situation: Situation, filled: Filled, fact: Fact | None) -> Fact | None:
    """A date without a year, in the year of the heading above its record."""
    if fact is None or not isinstance(fact.value, DateMention) or not fact.value.yearless:
        return fact
    year = heading_year(situation.view, filled.record)
    return replace(fact, value=fact.value.in_year(year)) if year else fact


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
