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
from skyvern_dagster.reading.words import fold, name_words, overlap

_YES = frozenset({"yes", "true", "ja", "oui", "si", "sim", "✓", "✔", "☑", "✅", "1", "on", "x"})
_NO = frozenset({"no", "false", "nein", "non", "nao", "nee", "✗", "✘", "☐", "❌", "0", "off"})


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
        return _truth(fact, field)
    if field.kind == "url":
        return fact.node.url
    if field.choices:
        best = max(field.choices, key=lambda choice: overlap(choice, fact.text))
        return best if overlap(best, fact.text) > 0 else None
    return fact.text.strip()


def fact_date(fact: Fact, order: DayOrder, today: date) -> date | None:
    """The day that a fact names."""
    if isinstance(fact.value, DateMention):
        return fact.value.read(order)
    return parse_date(fact.text, today, order)


def _truth(fact: Fact, field: FieldSpec) -> bool | None:
    """Yes, no, or the field's own name for yes (``Paid: Paid``); ``None`` for anything else."""
    said = fold(fact.text)
    if said in _YES:
        return True
    if said in _NO:
        return False
    names = {" ".join(name_words(name)) for name in (field.name, *fact.labels)}
    own = said in names or f"is {said}" in names
    return True if said and own else None


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
