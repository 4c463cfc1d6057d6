"""Facts turned into the values that a schema asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from skyvern_dagster.reading.amounts import Amount, find_amounts, find_number
from skyvern_dagster.reading.date_mention import DateMention, DayOrder
from skyvern_dagster.reading.dates import parse_date
from skyvern_dagster.reading.facts import Fact
from skyvern_dagster.reading.identifiers import Identifier
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.words import fold, overlap

_YES = frozenset({"yes", "true", "ja", "oui", "si", "sim", "✓", "✔", "1", "on", "x"})


def value_of(fact: Fact, field: FieldSpec, order: DayOrder, today: date) -> Any:
    """The value of a fact as the field wants it; ``None`` when it can't be one."""
    if field.kind == "date":
        day = fact_date(fact, order, today)
        return day.isoformat() if day else None
    if field.kind == "currency":
        return _currency(fact)
    if field.wants_number:
        return _number(fact, field)
    if field.kind == "boolean":
        return fold(fact.text) in _YES
    if field.kind == "url":
        return fact.node.url
    if field.choices:
        return max(field.choices, key=lambda choice: overlap(choice, fact.text))
    return fact.text.strip()


def fact_date(fact: Fact, order: DayOrder, today: date) -> date | None:
    """The day that a fact names."""
    if isinstance(fact.value, DateMention):
        return fact.value.read(order)
    return parse_date(fact.text, today, order)


def _currency(fact: Fact) -> str | None:
    if isinstance(fact.value, Amount):
        return fact.value.currency or None
    amounts = find_amounts(fact.text)
    return amounts[0].currency if amounts else fact.text.strip() or None


def _number(fact: Fact, field: FieldSpec) -> int | float | None:
    if isinstance(fact.value, Amount):
        number: Decimal | None = fact.value.value
    elif isinstance(fact.value, Identifier) and fact.text.isdigit():
        number = Decimal(fact.text)
    else:
        number = find_number(fact.text)
    if number is None:
        return None
    return int(number) if field.type in {"integer", "int"} else float(number)
