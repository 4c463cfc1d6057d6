"""A day whose parts were put into three fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import permutations

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.words import fold, words

DAY_PARTS = ("day", "month", "year")
"""What a day is put together from."""
_EARLIEST_YEAR = 1900
"""Of those that forms ask for: dates of birth. A smaller number is a day or a month."""


def split_day(labels: Sequence[str], texts: Sequence[Sequence[str]]) -> date | None:
    """The day of three fields in a row; ``None`` where they are no day, or may be several.

    Args:
        labels: What the fields are called.
        texts: What each was given, in the forms that it may have.
    """
    found = {
        day
        for order in permutations(DAY_PARTS)
        if all(_fits(label, part) for label, part in zip(labels, order, strict=True))
        and (day := _day(dict(zip(order, texts, strict=True))))
    }
    return found.pop() if len(found) == 1 else None


def month_named(label: str) -> int:
    """The month that a text names, and nothing else; or 0."""
    said = fold(label).strip(" .")
    months = word_list("calendar")["months"]
    return next((int(number) for number, names in months.items() if said in names), 0)


def _fits(label: str, part: str) -> bool:
    """Whether a field may be asking for a part of a day, going by what it is called."""
    units = word_list("calendar")["units"]
    named = {name for name in DAY_PARTS if set(words(label)) & set(units[name])}
    return not named or part in named


def _day(parts: dict[str, Sequence[str]]) -> date | None:
    month = _number(parts["month"]) or next(filter(None, map(month_named, parts["month"])), 0)
    year, day = _number(parts["year"]), _number(parts["day"])
    if not (month and year and day and year >= _EARLIEST_YEAR):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(texts: Sequence[str]) -> int:
    return next((int(text) for text in texts if text.strip().isdecimal()), 0)
