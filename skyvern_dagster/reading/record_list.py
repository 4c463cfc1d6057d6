"""What one page of a list gives: its records as the schema wants them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import decimal_sign
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.controls import CONTROL_ROLES
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.day_order import day_order
from skyvern_dagster.reading.expected_days import is_another
from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.fields import FilledRecord, FilledRecords, best_reading
from skyvern_dagster.reading.fitting import label_score
from skyvern_dagster.reading.group_headings import heading_date, heading_year, section_of
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_states import states_said
from skyvern_dagster.reading.records import record_sets
from skyvern_dagster.reading.schema import FieldSpec, ListSpec
from skyvern_dagster.reading.values import PageNotation, fact_date, value_of

_PAST = frozenset({"order_date", "invoice_date"})
"""Days that lie behind us; one that is still to come is when what was ordered takes place."""
_ELSEWHERE = timedelta(days=1)
"""It is tomorrow already where the portal is."""


@dataclass(frozen=True)
class Row:
    """One record read.

    Attributes:
        values: Its values by field name.
        day: The one by which it is filtered.
        text: What the page says of it. What can be clicked says what to do, and is left out, unless
            it holds the record's own number: then it says what the record is.
        section: The heading above it, below the page's own; empty where there is none.
        states: Those that a text of it says by itself: ``paid``.
    """

    values: dict[str, Any]
    day: date | None
    text: str = ""
    section: str = ""
    states: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PageOfList:
    """What one page of the list gave.

    Attributes:
        rows: Its records.
        reading: Where on the page they stand.
        signature: Tells what this page shows from what another one does.
    """

    rows: tuple[Row, ...]
    reading: FilledRecords
    signature: str

    @property
    def newest_first(self) -> bool:
        """Whether the dates only fall."""
        days = [row.day for row in self.rows if row.day]
        return len(days) > 1 and all(first >= second for first, second in itertools.pairwise(days))


def read_page(view: PageView, wanted: ListSpec, today: date) -> PageOfList | None:
    """The records of this page, as the schema wants them."""
    reading = best_reading(view, record_sets(view, today), wanted.wanted)
    if reading is None:
        return None
    reader = _RowReader(view, wanted, _notation(view, reading, today), today, reading)
    rows = tuple(reader.row(one) for one in reading.records if not _is_balance(one))
    rows = tuple(row for row in rows if any(value is not None for value in row.values.values()))
    if not rows:
        return None
    keys = [str(next(iter(row.values.values()))) for row in rows]
    ids = [str(row.values.get(key_name(wanted))) for row in rows] or keys
    return PageOfList(rows, reading, f"{len(rows)} records {ids[0]} … {ids[-1]}")


def _is_balance(filled: FilledRecord) -> bool:
    """Whether a row only says what an account holds before or after its bookings."""
    view = filled.record.view
    leaves = (one for node in filled.record.nodes for one in node.walk() if not one.children)
    return any(concept("value.balance_row").score(view.text(one)) >= 1 for one in leaves)


def key_name(wanted: ListSpec) -> str:
    """The field that names a record in signatures and accounts."""
    return next(
        (one.name for one in wanted.wanted if one.kind == "identifier"), wanted.wanted[0].name
    )


def _notation(view: PageView, reading: FilledRecords, today: date) -> PageNotation:
    facts = [fact for one in reading.records for fact in one.facts.values()]
    mentions = [fact.value for fact in facts if isinstance(fact.value, DateMention)]
    order = day_order(mentions, view.observation.lang, view.page_text, today)
    numbers = (fact.text for fact in facts if not isinstance(fact.value, DateMention))
    return PageNotation(order, decimal_sign(numbers), view.observation.lang)


def _said(node: Node, numbers: frozenset[str]) -> Iterator[str]:
    """The texts of a node; of its controls, those that hold one of the record's numbers."""
    if node.role in CONTROL_ROLES:
        named = node.name or node.full_text
        if any(mentions_identifier(named, number) for number in numbers):
            yield named
        return
    if not node.children and (said := node.text or node.name):
        yield said
    for child in node.children:
        yield from _said(child, numbers)


@dataclass(frozen=True)
class _RowReader:
    view: PageView
    wanted: ListSpec
    notation: PageNotation
    today: date
    reading: FilledRecords

    def row(self, filled: FilledRecord) -> Row:
        values: dict[str, Any] = {}
        for field in self.wanted.wanted:
            fact = self._in_its_year(filled, filled.facts.get(field.name))
            value = value_of(fact, field, self.notation, self.today) if fact else None
            values[field.name] = None if fact and self._is_unfit(fact, field) else value
        numbers = frozenset(
            fact.text for fact in filled.facts.values() if fact.kind is Kind.IDENTIFIER
        )
        said = [part for node in filled.record.nodes for part in _said(node, numbers)]
        section, states = section_of(self.view, filled.record), states_said(said)
        return Row(values, self._filter_day(filled, values), " ".join(said), section, states)

    def _is_unfit(self, fact: Fact, field: FieldSpec) -> bool:
        """Whether a day is another one than the field asks for."""
        of_field = (one.facts.get(field.name) for one in self.reading.records)
        return self._is_to_come(fact, field) or is_another(field, fact, filter(None, of_field))

    def _is_to_come(self, fact: Fact, field: FieldSpec) -> bool:
        """Whether a day that nothing names is still to come: nothing was ordered on it."""
        named = any(label_score(field, label, fact.kind) for label in fact.labels)
        if field.concept not in _PAST or named:
            return False
        day = fact_date(fact, self.notation.days, self.today)
        return day is not None and day > self.today + _ELSEWHERE

    def _in_its_year(self, filled: FilledRecord, fact: Fact | None) -> Fact | None:
        """A date without a year, in the year of the heading above its record."""
        if fact is None or not isinstance(fact.value, DateMention) or not fact.value.yearless:
            return fact
        year = heading_year(self.view, filled.record)
        return replace(fact, value=fact.value.in_year(year)) if year else fact

    def _filter_day(self, filled: FilledRecord, values: dict[str, Any]) -> date | None:
        """The day that a window of dates is about: the record's main date."""
        dated = [
            field for field in self.wanted.wanted if field.kind == "date" and values[field.name]
        ]
        main = [field for field in dated if field.concept in {"order_date", "invoice_date", ""}]
        if main or dated:
            return date.fromisoformat(str(values[(main or dated)[0].name]))
        days = [
            day
            for fact in filled.record.facts
            if isinstance(fact.value, DateMention)
            and (day := fact_date(fact, self.notation.days, self.today))
            and not any(self._is_to_come(fact, field) for field in self.wanted.wanted)
        ]
        above = heading_date(self.view, filled.record) if not days else None
        return (
            days[0] if days else fact_date(above, self.notation.days, self.today) if above else None
        )
