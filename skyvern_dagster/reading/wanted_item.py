"""Which one of several records a goal names: by number, order, day, month or amount."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from skyvern_dagster.reading.amounts import find_amounts, number_value
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.month_mentions import month_match
from skyvern_dagster.reading.named_periods import named_periods
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.ordinals import ordinal
from skyvern_dagster.reading.range_words import end_words, start_words
from skyvern_dagster.reading.record_numbers import (
    ANY_DAY,
    PAGES,
    RECORD_KEYS,
    field_in,
    listed_in,
    number_in,
    others_in,
)
from skyvern_dagster.reading.words import fold, fold_in_place, name_words

_BARE_NAME = 0.5
"""What a parameter called "id" is worth: between `_LEAST_KEY` and one that says of what."""

_CHOOSING_NAMES = frozenset({"date", "day", "month", "period", "amount", "total"})
"""Words in the name of a parameter whose value chooses a record, where it is no limit."""
_LEAST_KEY = 0.45
"""What a loop's bare `current_value` has, the least telling of all names."""
_DECIMALS = re.compile(r"(?<![\w.,/-])\d{1,3}(?:[.,' ]?\d{3})*[.,]\d{2}(?![\w/]|[.,-]\d)")
_WEEK = timedelta(days=7)
_INDEX = re.compile(r"\.\d+(?=\.|$)")
"""A place in a list, within the path of a value."""
_CODE = re.compile(r"\d+[-/.]\d+")
"""``2023-07``: a month by itself, and a number where its parameter says so."""
_CONTEXT = 40
"""Characters before a value that may say what it is: about six words."""


@dataclass(frozen=True)
class WantedItem:
    """What a goal says of the one record that it means; all of it has to hold.

    Attributes:
        identifier: Its number or code, or empty.
        field: The concept of that number (``field.order_id``), or empty where nothing says it.
        day: The day it is of; a text without a year may mean that of any year.
        month: Its year (``None``: any) and month.
        span: The first and last day of a week that it is of.
        amount: An amount that it shows.
        place: Which one it is in the order of the page, counted from 1; 0 where nothing says.
        oldest: Whether it is the oldest of all.
        others: Further numbers of the same form that the goal's text names.
        listed: Those of them that it lists beside the first one: ``R-7, R-8 and R-9``.
        payload_days: Days that the payload gives beside the number: they support a find.
    """

    identifier: str = ""
    field: str = ""
    day: DateMention | None = None
    month: tuple[int | None, int] | None = None
    span: tuple[date, date] | None = None
    amount: Decimal | None = None
    place: int = 0
    oldest: bool = False
    payload_days: tuple[date, ...] = ()
    others: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.identifier or self.picks)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers that name it, or what else the goal names beside it."""
        return tuple(filter(None, (self.identifier, *self.others)))

    @property
    def picks(self) -> bool:
        """Whether it is named by something else than its number."""
        dated = any(one is not None for one in (self.day, self.month, self.span))
        return dated or self.amount is not None or self.place > 0 or self.oldest

    @property
    def described(self) -> str:
        """What names it, in words for people."""
        parts = [self.identifier] if self.identifier else []
        if self.day is not None:
            parts.append(f"the day {self.day.day_first or self.day.month_first}")
        if self.month is not None:
            year, month = self.month
            parts.append(f"the month {month:02}/{year}" if year else f"month {month}")
        if self.span is not None:
            parts.append(f"the days {self.span[0]} to {self.span[1]}")
        if self.amount is not None:
            parts.append(f"the amount {self.amount}")
        if self.place:
            parts.append(f"number {self.place} of the list")
        if self.oldest:
            parts.append("the oldest")
        return ", ".join(parts)


def wanted_item(text: str, payload: Mapping[str, Any], today: date) -> WantedItem:
    """The one record that a goal and its payload name; an empty one where they name none.

    Args:
        text: The goal, without its clauses on endings.
        payload: Facts by name.
        today: The day of the run, for relative dates.
    """
    identifier, field = _payload_number(payload)
    days = tuple(_payload_days(payload, today))
    numbered = bool(field) and _CODE.fullmatch(identifier)
    if identifier and not numbered and (item := _read_value(identifier, today)):
        return item
    if identifier:
        field = field or field_in(text, identifier)
        others = _payload_others(payload, identifier)
        return WantedItem(identifier, field, payload_days=days, others=others, listed=others)
    identifier, field = number_in(text)
    if identifier:
        others = others_in(text, identifier)
        listed = listed_in(text, identifier, others)
        return WantedItem(identifier, field, payload_days=days, others=others, listed=listed)
    day = _day(text, today)
    month, span = _period(text, today) if day is None else (None, None)
    item = WantedItem(
        day=day,
        month=month,
        span=span,
        amount=_amount(text),
        place=_place(text),
        oldest=_has("oldest", fold(text)),
    )
    return item or _payload_value(payload, today) if not _has("limits", fold(text)) else item


def described(text: str, item: WantedItem) -> Iterator[tuple[int, int]]:
    """Where a goal says what names the one record: its place, month and amount."""
    if item.amount is not None:
        yield from ((one.start, one.end) for one in find_amounts(text))
        yield from (one.span() for one in _DECIMALS.finditer(text))
    if item.month is not None and (found := month_match(text)):
        yield found[0].span()
    if item.place:
        words_of = re.finditer(r"[^\W_]+", text)
        yield from (one.span() for one in words_of if ordinal(one.group()) == item.place)


def _payload_number(payload: Mapping[str, Any]) -> tuple[str, str]:
    best: tuple[float, str, str] = (0.0, "", "")
    for path, value in flat_items(payload):
        if isinstance(value, bool) or not isinstance(value, str | int) or "://" in str(value):
            continue
        score, field = _key_score(_INDEX.sub("", path).rsplit(".", 1)[-1], path)
        if score > best[0] and str(value).strip():
            best = (score, str(value).strip(), field)
    return best[1], best[2]


def empty_number(payload: Mapping[str, Any]) -> str:
    """The name of a value that should name the record and is empty; or an empty text."""
    given = (path for path, value in flat_items(payload) if value is None or value == "")
    return next((one for one in given if _key_score(one.rsplit(".", 1)[-1], one)[0]), "")


def _payload_others(payload: Mapping[str, Any], identifier: str) -> tuple[str, ...]:
    """Further numbers of a list that the payload gives: each of them is meant."""
    given = [(path, str(value).strip()) for path, value in flat_items(payload)]
    places = {_INDEX.sub(".", path) for path, value in given if value == identifier}
    alike = [value for path, value in given if _INDEX.sub(".", path) in places]
    return tuple(dict.fromkeys(value for value in alike if value and value != identifier))


def _key_score(name: str, path: str) -> tuple[float, str]:
    words = " ".join(name_words(name))
    if any(
        word in words for word in ("date", "customer", "account", "user", "postal", "zip", "phone")
    ):
        return 0.0, ""
    scored = ((concept(f"field.{key}").score(words), f"field.{key}") for key in RECORD_KEYS)
    best, field = max(scored)
    if words in {"id", "number", "reference"} and best < _BARE_NAME:
        best, field = _BARE_NAME, ""
    bare = words in {"current value", "value", "item", "current item"}
    if (bare or path.endswith("current_value")) and best < _LEAST_KEY:
        best, field = _LEAST_KEY, ""
    return (best, field) if best >= _LEAST_KEY else (0.0, "")


def _payload_days(payload: Mapping[str, Any], today: date) -> list[date]:
    days: list[date] = []
    for path, value in flat_items(payload):
        if "date" in name_words(path) and isinstance(value, str) and "://" not in value:
            for one in find_dates(value, today):
                days += one.days
    return days


def _payload_value(payload: Mapping[str, Any], today: date) -> WantedItem:
    """A day, a month or an amount that the payload gives, where nothing else names the record."""
    for path, value in flat_items(payload):
        names = set(name_words(path))
        if not isinstance(value, str) or names & start_words() or names & end_words():
            continue
        if names & _CHOOSING_NAMES and (item := _read_value(value, today)):
            return item
    return WantedItem()


def _read_value(value: str, today: date) -> WantedItem | None:
    """An item of a loop that is a day, a month or an amount rather than a number."""
    for one in find_dates(value, today):
        if not value[: one.start].strip() and not value[one.end :].strip():
            return WantedItem(day=one)
    if (month := month_match(value)) and month[0].group().strip() == fold_in_place(value).strip():
        return WantedItem(month=month[1])
    money = find_amounts(value)
    if money and money[0].text == value.strip():
        return WantedItem(amount=money[0].value)
    if _DECIMALS.fullmatch(value.strip()):
        return WantedItem(amount=number_value(value))
    return None


def _day(text: str, today: date) -> DateMention | None:
    mentions = [one for one in find_dates(text, today) if not _is_limit(text, one.start)]
    return mentions[0] if len(mentions) == 1 else None


def _month(text: str) -> tuple[int | None, int] | None:
    found = month_match(text)
    if found is None or _is_limit(text, found[0].start()):
        return None
    match, month = found
    before = fold(text[: match.start()]).split()[-1:]
    after = fold(text[match.end() :]).split()[:1]
    named = any(word in word_list("items")["month_leads"] for word in before)
    numbered = any(concept(name).terms.search(word) for word in after for name in PAGES)
    return month if month[0] is not None or named or numbered else None


def _period(
    text: str, today: date
) -> tuple[tuple[int | None, int] | None, tuple[date, date] | None]:
    """The month, or the week, that a text names, also by where it lies: `of last month`."""
    if month := _month(text):
        return month, None
    periods = named_periods(text, today)
    if len(periods) != 1 or _is_limit(text, periods[0].start):
        return None, None
    first, last = periods[0].first, periods[0].last
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and first.month == last.month:
        return (first.year, first.month), None
    return None, (first, last) if last - first < _WEEK else None


def _amount(text: str) -> Decimal | None:
    days = find_dates(text, ANY_DAY)
    spans: list[tuple[int, Decimal | None]] = [(one.start, one.value) for one in find_amounts(text)]
    spans += [(one.start(), number_value(one.group())) for one in _DECIMALS.finditer(text)]
    for start, value in spans:
        before = fold(text[max(0, start - _CONTEXT) : start])
        dated = any(day.start <= start < day.end for day in days)
        if value is not None and not dated and not _ends_with("amount_limits", before):
            return value
    return None


def _place(text: str) -> int:
    words = fold(text).split()
    for index, word in enumerate(words):
        number = ordinal(word)
        following = " ".join(words[index + 1 : index + 3])
        if number and any(concept(name).terms.search(following) for name in PAGES):
            return number
    return 0


def _is_limit(text: str, start: int) -> bool:
    before = fold(text[max(0, start - _CONTEXT) : start])
    return _has("limits", before)


def _has(name: str, plain: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", plain) for word in word_list("items")[name])


def _ends_with(name: str, plain: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\W*$", plain) for word in word_list("items")[name])
