"""Values that a page doesn't show, and that follow from one that it does.

`1h 30min` is 90 minutes, `€1.2M` are 1200000, the statement of April ends on its 30th. A schema may
ask for such a form; what is worked out of several values isn't looked for here.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property

from skyvern_dagster.reading.amounts import number_value
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.month_mentions import month_match
from skyvern_dagster.reading.named_periods import named_periods
from skyvern_dagster.reading.units import unit_sizes
from skyvern_dagster.reading.words import fold, name_words

_MEASURED = re.compile(r"(\d[\d.,']*(?<=\d))\s?([^\W\d_]{1,12}|[%‰])")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,3}):([0-5]\d)(?::([0-5]\d))?(?![\d:])")
_NUMBER = re.compile(r"\d+(?:[.,]\d)?")
_DEGREES = re.compile(r"°\s?[CF]\b")
_MINUTE, _HOUR = 60, 3600
"""Seconds."""
_TIME = "time"
_LONGEST_TERM = 400
"""Days of a term: longer ones are told by their last day."""


class DerivedValues:
    """What follows from the texts of a page.

    Args:
        parts: The texts, each by itself.
        today: The day of the run, for relative periods.
    """

    def __init__(self, parts: Sequence[str], today: date) -> None:
        self._parts = parts
        self._today = today

    def has(self, value: str | float) -> bool:
        """Whether a number is one of the page's in another unit, written out, or a duration.

        A text may be a month, or a day in another form.
        """
        if not isinstance(value, str):
            return Decimal(str(abs(value))) in self._numbers
        periods = _periods(value, self._today)
        days = {day for one in find_dates(value, self._today) for day in one.days}
        return any(one in self._periods for one in periods) or bool(days & self._days)

    def has_day(self, day: date, shown: frozenset[date]) -> bool:
        """Whether a day begins or ends a period, or a term, that the page names.

        Args:
            day: The day.
            shown: All days of the page.
        """
        return any(day in ends for ends in self._periods) or any(
            one + timedelta(days=sign * term) == day
            for one in shown | {self._today}
            for term in self._terms
            for sign in (1, -1)
        )

    def is_distance(self, name: str, value: str | float) -> bool:
        """Whether a number of days lies between two days of the page, or one and today.

        Args:
            name: What the number is called: it has to be a number of days.
            value: The number.
        """
        counts = set(name_words(name)) & set(word_list("calendar")["units"]["day"])
        days = self._days | {self._today}
        return bool(counts) and any(
            abs((one - two).days) == value for one in self._days for two in days
        )

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        found = {each for part in self._parts for each in _forms(part)}
        if any(_DEGREES.search(part) for part in self._parts):
            found |= {each for part in self._parts for each in _degrees(part)}
        return frozenset(found)

    @cached_property
    def _periods(self) -> frozenset[tuple[date, date]]:
        return frozenset(one for part in self._parts for one in _periods(part, self._today))

    @cached_property
    def _days(self) -> frozenset[date]:
        found = [one for part in self._parts for one in find_dates(part, self._today)]
        return frozenset(day for one in found for day in one.days)

    @cached_property
    def _terms(self) -> frozenset[int]:
        found = [one for part in self._parts for one in _measured(part)]
        days = word_list("calendar")["units"]["day"]
        return frozenset(
            int(number) for number, word in found if word in days and number <= _LONGEST_TERM
        )


def _periods(text: str, today: date) -> Iterator[tuple[date, date]]:
    """The first and last days of the periods of a text, also of a month in figures."""
    yield from ((one.first, one.last) for one in named_periods(text, today))
    found = month_match(text)
    if found is not None and found[1][0] is not None:
        year, month = found[1][0], found[1][1]
        yield date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _forms(text: str) -> Iterator[Decimal]:
    """Other forms of the numbers of a text."""
    seconds = Decimal(0)
    for number, word in _measured(text):
        yield from (number * scale for scale in _scales().get(word, ()))
        for measures, size, others in unit_sizes(word):
            yield from (number * size / other for other in others)
            seconds += number * size if measures == _TIME else 0
    yield from _times(seconds)
    for match in _CLOCK.finditer(text):
        first, second, third = (int(one or 0) for one in match.groups())
        yield from _times(Decimal(first * _HOUR + second * _MINUTE + third))
        if not match[3]:
            yield Decimal(first * _MINUTE + second)


def _degrees(text: str) -> Iterator[Decimal]:
    """Temperatures in the other scale, to the degree and to a tenth of it."""
    for match in _NUMBER.finditer(text):
        number = Decimal(match[0].replace(",", "."))
        for other in ((number - 32) * 5 / 9, number * 9 / 5 + 32):
            yield from (abs(round(other, digits)) for digits in (0, 1))


def _times(seconds: Decimal) -> Iterator[Decimal]:
    if seconds:
        yield from (seconds, seconds / _MINUTE, seconds / _HOUR)


def _measured(text: str) -> Iterator[tuple[Decimal, str]]:
    for match in _MEASURED.finditer(text):
        number = number_value(match[1])
        if number is not None:
            yield number, fold(match[2])


@cache
def _scales() -> dict[str, tuple[Decimal, ...]]:
    found: dict[str, tuple[Decimal, ...]] = {}
    for size, names in word_list("scales").items():
        for name in names:
            found[name] = (*found.get(name, ()), Decimal(size))
    return found
