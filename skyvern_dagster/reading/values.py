"""Facts turned into the values that a schema asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from skyvern_dagster.reading.amounts import (
    LONE_GROUP,
    Amount,
    find_amounts,
    has_scale,
    is_currency,
    is_inexact,
    is_marked,
    is_scaled,
    number_value,
    only_number,
)
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.cut_off import is_cut_off, whole_text
from skyvern_dagster.reading.date_mention import DateMention, DayOrder
from skyvern_dagster.reading.dates import find_dates, parse_date
from skyvern_dagster.reading.facts import Fact, Kind, is_struck
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.units import converted, unit_named, unit_said
from skyvern_dagster.reading.words import fold, name_words, words

_GROUPS = re.compile(r"\+?[\d ()/.-]*\d")
_SERIES = re.compile(r"[A-Z]{1,3} \d[\w/.-]*")
"""A number behind the letters of its series."""


@dataclass(frozen=True)
class PageNotation:
    """How a page writes dates and numbers.

    Attributes:
        days: Which comes first in a numeric date.
        decimal: The sign before decimals; empty where the page doesn't show it.
        lang: Its language.
    """

    days: DayOrder
    decimal: str = ""
    lang: str = ""

    def may_be_decimal(self, text: str) -> bool:
        """Whether `1.234` may be little more than one: the page's language writes decimals so.

        Most such numbers in French or German are thousands all the same, with a point.
        """
        lone = LONE_GROUP.fullmatch(re.sub(r"[^\d.,]", "", text))
        english = re.split("[-_]", self.lang.lower())[0] == "en"
        return not self.decimal and english and lone is not None and lone[1] == "."


def value_of(fact: Fact, field: FieldSpec, notation: PageNotation, today: date) -> Any:
    """The value of a fact as the field wants it; ``None`` when it can't be one."""
    if is_cut_off(fact):
        return whole_text(fact) or None
    if field.kind == "date":
        day = fact_date(fact, notation.days, today)
        return day.isoformat() if day else None
    if field.kind == "currency":
        return _currency(fact)
    if field.wants_number:
        return _number(fact, field, notation)
    if field.kind == "boolean":
        return _truth(fact, field)
    if field.kind == "url":
        return fact.node.url
    if field.choices:
        return _choice(fact, field)
    if concept("value.elsewhere").terms.match(fold(fact.text)):
        return None
    return _in_groups(fact) or fact.text.strip()


def _in_groups(fact: Fact) -> str:
    """The whole of a number in groups, of which a fact is one: `+43 1 234567`, `FT 12/2024`."""
    around = " ".join(fact.node.full_text.split())
    if fact.whole or fact.kind is not Kind.IDENTIFIER:
        return ""
    if _SERIES.fullmatch(around) and around.endswith(f" {fact.text}"):
        return "" if fold(around.split()[0]) in word_list("items")["number_words"] else around
    is_group = fact.text.isdigit() and fact.text in around.split()
    return around if is_group and _GROUPS.fullmatch(around) else ""


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
        return None if fact.value.vague else fact.value.read(order)
    return parse_date(fact.text, today, order)


def _truth(fact: Fact, field: FieldSpec) -> bool | None:
    """Yes, no, or the field's own name for yes (``Paid: Paid``); ``None`` for anything else."""
    said = fold(fact.text)
    truths = word_list("truths")
    if said in truths["yes"] or said in truths["ticked"]:
        return True
    if said in truths["no"] or said in truths["crossed"]:
        return False
    names = {" ".join(name_words(name)).removeprefix("is ") for name in (field.name, *fact.labels)}
    if said in names:
        return True
    return False if _denied(said) in names else None


def _denied(said: str) -> str:
    """What a text denies: `unpaid`, `not paid yet`; an empty text where it denies nothing."""
    denials = word_list("items")["denials"]
    first, _, rest = said.partition(" ")
    if first in denials["words"]:
        return rest.removesuffix(" yet")
    return next((said.removeprefix(one) for one in denials["prefixes"] if said.startswith(one)), "")


def _currency(fact: Fact) -> str | None:
    if isinstance(fact.value, Amount):
        return fact.value.currency or None
    amounts = find_amounts(fact.text)
    return amounts[0].currency or None if amounts else fact.text.strip() or None


def _number(fact: Fact, field: FieldSpec, notation: PageNotation) -> int | float | None:
    """The one number of a fact; ``None`` where it says several, or part of another."""
    another = any(map(is_scaled, fact.labels)) or _of_other_money(fact, field)
    if is_struck(fact.node) or another or is_inexact(fact.node.full_text):
        return None
    if isinstance(fact.value, Amount):
        number = _amount(fact, fact.value, field, notation.decimal)
    else:
        around = fact.node.full_text
        # Digits alone may be part of more: `3.5 Mio.`, `1 - 3`.
        text = fact.text if fact.whole or fact.label else around
        number = None if has_scale(around) else only_number(text, notation.decimal)
        said = unit_said(around, fact.labels)
        if number is not None:
            number = converted(number, said, unit_named(name_words(field.name)))
    if number is None or notation.may_be_decimal(fact.text):
        return None
    if field.type not in {"integer", "int"}:
        return float(number)
    return int(number) if number == int(number) else None


def _of_other_money(fact: Fact, field: FieldSpec) -> bool:
    """Whether a field is called after another currency than the amount is in: ``total_usd``."""
    code = name_words(field.name)[-1].upper()
    shown = fact.value.currency if isinstance(fact.value, Amount) else ""
    return bool(shown) and is_currency(code) and shown != code


def _amount(fact: Fact, money: Amount, field: FieldSpec, decimal: str) -> Decimal | None:
    """The amount, where nothing else around it may be meant as well: ``was 20 EUR, now 15 EUR``."""
    around = find_amounts(re.sub(r"(?<=\S)\s*\([^()]*\)", "", fact.node.full_text))
    rivals = {one.value for one in around if one.currency == money.currency}
    if len(rivals) > 1 and not _is_named(fact.label, field):
        return None
    if only_number(money.text) is None or is_marked(fact.node.full_text, money.text):
        return None  # a word makes another number of it: `1.2 Mio. EUR`
    return money.value if not decimal else _signed(number_value(money.text, decimal), money.value)


def _signed(number: Decimal | None, like: Decimal) -> Decimal | None:
    return None if number is None else abs(number).copy_sign(like)


def _is_named(label: str, field: FieldSpec) -> bool:
    own = concept(f"field.{field.concept}").mentioned(label) if field.concept else False
    return own or bool(label and fold(label) == " ".join(name_words(field.name)))
