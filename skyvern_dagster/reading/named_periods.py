"""Months, quarters and years that a goal names as a whole: ``since April``, ``of last month``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.date_readers import earlier, month_numbers, month_words
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.ordinals import ordinal
from skyvern_dagster.reading.range_words import either
from skyvern_dagster.reading.words import fold_in_place

_QUARTER = 3
"""Months."""
_QUARTERS = 4
"""Of a year."""
_HALF = 6
"""Months."""
_BEFORE = 30
"""Characters before a period in which words such as `not later than` stand right before it."""


@dataclass(frozen=True)
class NamedPeriod:
    """A period, where the text names it, and its first and last day."""

    start: int
    end: int
    first: date
    last: date


def named_periods(text: str, today: date) -> list[NamedPeriod]:
    """The periods of a text, in order; a month without a year is the latest that has begun."""
    plain = fold_in_place(text)
    days = find_dates(text, today)
    found = [*_months(plain, today), *_quarters(plain, today), *_halves(plain, today)]
    found += [*_units_before(plain, today), *running_periods(text, today)]
    apart = [
        one for one in found if not any(day.start < one.end and one.start < day.end for day in days)
    ]
    return sorted(apart, key=lambda one: one.start)


def days_of_periods(text: str, today: date) -> tuple[date | None, date | None] | None:
    """The first and last day that a goal means by the periods it names; ``None`` for none.

    Two periods that aren't joined to a longer one are not understood either.
    """
    periods, plain = named_periods(text, today), fold_in_place(text)
    if not periods:
        return None
    first, last = periods[0], periods[-1]
    joined = (
        len(periods) == 1
        or (
            len(periods) == 2  # noqa: PLR2004
            and _to().fullmatch(plain[first.end : last.start])
            and first.last < last.first
            and (last.first == first.last + timedelta(days=1) or " and" not in plain)
        )
    )
    if not joined:
        return None
    before = plain[max(0, first.start - _BEFORE) : first.start]
    if _ends(before, "period.part"):
        return None
    if len(periods) > 1:
        return first.first, last.last
    if _ends(before, "limit.before"):
        return None, first.first - timedelta(days=1)
    if _ends(before, "period.after"):
        return first.last + timedelta(days=1), None
    if _ends(before, "period.since") or re.match(
        rf"\W*(?:{either('onwards')})\b", plain[first.end :]
    ):
        return first.first, None
    return (None, first.last) if _ends(before, "goal.before") else (first.first, first.last)


def without_days(text: str) -> str:
    """A text without its days and periods: `mai` is a month in French, and never in Italian."""
    today = date(2000, 1, 1)
    spans = [(one.start, one.end) for one in find_dates(text, today)]
    spans += [(one.start, one.end) for one in named_periods(text, today)]
    return "".join(
        " " if any(start <= at < end for start, end in spans) else letter
        for at, letter in enumerate(text)
    )


def _ends(before: str, name: str) -> bool:
    terms = concept(name).terms.pattern
    return bool(re.search(rf"{terms}\W*(?:{either('articles')})?\W*$", before))


@cache
def _to() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{either('joints_of_periods')}|-|–)\W*")


def _year() -> str:
    """A pattern for the year behind a month or a quarter."""
    return rf"(?:\s+(?:(?:{either('of_month')})\s+)?(20\d\d))?(?!\d)"


def _months(plain: str, today: date) -> Iterator[NamedPeriod]:
    pattern = rf"(?<![^\W_])({month_words()})(?![^\W_])\.?{_year()}"
    for match in re.finditer(pattern, plain):
        before = plain[: match.start()].split()[-1:]
        # A name without a year may be another word: `may` as in `may be`.
        if match[2] or set(before) & _leading():
            yield _of_months(match, today, match[2], month_numbers()[match[1]], 1)


@cache
def _leading() -> frozenset[str]:
    items = word_list("items")
    return frozenset(word for name in ("month_leads", "limits") for word in items[name])


def _quarters(plain: str, today: date) -> Iterator[NamedPeriod]:
    named = "|".join(word_list("calendar")["quarter"])
    for match in re.finditer(r"(?<![^\W_])[qt]([1-4])(?![^\W_])[\s/-]*(20\d\d)?(?!\d)", plain):
        yield _of_months(match, today, match[2], int(match[1]) * _QUARTER - 2, _QUARTER)
    for match in re.finditer(rf"([^\W_]+)\.?\s+(?:{named}){_year()}", plain):
        number = ordinal(match[1]) or int(match[1] if match[1] in "1234" else 0)
        if 0 < number <= _QUARTERS:
            yield _of_months(match, today, match[2], number * _QUARTER - 2, _QUARTER)

    for match in _around("previous", word_list("calendar")["quarter"]).finditer(plain):
        month = (today.month - 1) // _QUARTER * _QUARTER + 1
        first = earlier(today.replace(month=month, day=1), _QUARTER, "month")
        yield _of_months(match, today, str(first.year), first.month, _QUARTER)


def _halves(plain: str, today: date) -> Iterator[NamedPeriod]:
    named = "|".join(word_list("calendar")["half"])
    for match in re.finditer(r"(?<![^\W_])h([12])[\s/-]*(20\d\d)(?!\d)", plain):
        yield _of_months(match, today, match[2], int(match[1]) * _HALF - 5, _HALF)
    for match in re.finditer(rf"([^\W_]+)\.?\s+(?:{named}){_year()}", plain):
        number = ordinal(match[1]) or int(match[1] if match[1] in "12" else 0)
        if match[2] and 0 < number <= 2:  # noqa: PLR2004
            yield _of_months(match, today, match[2], number * _HALF - 5, _HALF)


def running_periods(text: str, today: date) -> list[NamedPeriod]:
    """The week, month or year that is running, where a text names it: `this month`."""
    plain = fold_in_place(text)
    found = _around_unit("current").finditer(plain)
    return [one for match in found if (one := _unit(match, today, 0)) is not None]


def _units_before(plain: str, today: date) -> Iterator[NamedPeriod]:
    """`Last month`, `im Vorjahr`; `the last month` are the days up to now."""
    for match in _around_unit("previous").finditer(plain):
        if (period := _unit(match, today, 1)) is not None:
            yield period


def _unit(match: re.Match[str], today: date, back: int) -> NamedPeriod | None:
    """The week, month or year that lies so many before the running one."""
    word = match[1] or match[2]
    unit = next(unit for unit, names in _units().items() if word in names)
    if unit == "month":
        first = earlier(today.replace(day=1), back, "month")
        return _of_days(match, first, earlier(today.replace(day=1), back - 1, "month"))
    if unit == "year":
        return _of_days(match, date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1))
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return _of_days(match, monday, monday + timedelta(days=7))
    return None


@cache
def _units() -> dict[str, list[str]]:
    return dict(word_list("calendar")["units"])


@cache
def _around_unit(name: str) -> re.Pattern[str]:
    """Finds a unit with one of the words before or behind it (`calendar.yaml`)."""
    return _around(name, [one for names in _units().values() for one in names])


def _around(name: str, called: Sequence[str]) -> re.Pattern[str]:
    units = "|".join(called)
    listed = word_list("calendar")[name]
    # `The last month` are the days up to now, `last month` isn't.
    words = "|".join(f"(?<!the ){one}" if one == "last" else one for one in listed["before"])
    behind = "|".join(listed["behind"])
    return re.compile(rf"(?<![^\W_])(?:(?:{words})\s*({units})|({units})\s+(?:{behind}))(?![^\W_])")


def _of_months(
    match: re.Match[str], today: date, year: str | None, month: int, count: int
) -> NamedPeriod:
    of = int(year) if year else today.year - (month > today.month)
    ends = divmod(of * 12 + month - 1 + count, 12)
    return _of_days(match, date(of, month, 1), date(ends[0], ends[1] + 1, 1))


def _of_days(match: re.Match[str], first: date, after: date) -> NamedPeriod:
    return NamedPeriod(match.start(), match.end(), first, after - timedelta(days=1))
