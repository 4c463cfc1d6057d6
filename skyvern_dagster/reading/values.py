"""Facts turned into the values that a schema asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from skyvern_dagster.reading.amounts import Amount, find_amounts, find_number
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.date_mention import DateMention, DayOrder
from skyvern_dagster.reading.dates import find_dates, parse_date
from skyvern_dagster.reading.facts import Fact
from skyvern_dagster.reading.identifiers import Identifier
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.words import fold, name_words, words

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
        return _choice(fact, field)
    return fact.text.strip()


def _choice(fact: Fact, field: FieldSpec) -> str | None:
    """The allowed value that a text says, and says nothing else beside; ``None`` for all others.

    ``Partly paid`` is neither ``paid`` nor ``unpaid``; ``Paid on 3 May`` is the first of them.
    """
    text = fact.text
    for mention in reversed(find_dates(text, date.max)):
        text = text[: mention.start] + text[mention.end :]
    said = words(text)
    while said and concept("word.relation").mentioned(said[-1]):
        said = said[:-1]
    meant = [choice for choice in field.choices if words(choice) == said]
    return meant[0] if len(meant) == 1 else None


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
