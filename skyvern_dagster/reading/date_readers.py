"""The ways in which pages write a date, one reader each."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.date_mention import DateMention, valid_day

_WHOLE_YEAR = 4
"""Digits; two are a year of a century that `_TWO_DIGIT_PIVOT` tells."""

_TWO_DIGIT_PIVOT = 69
"""Two digits up to this one are of this century. POSIX parts them at 68; documents of 1969 are none
that portals offer, so that the one year between makes no difference."""


_Reader = Callable[[re.Match[str], date], "DateMention | None"]


@cache
def month_numbers() -> dict[str, int]:
    """Month number by folded name, in all languages."""
    listed = word_list("calendar")["months"]
    return {name: int(number) for number, names in listed.items() for name in names}


@cache
def month_words() -> str:
    """All names of months as alternatives of a pattern, the longest first."""
    return "|".join(sorted(map(re.escape, month_numbers()), key=len, reverse=True))


@cache
def date_readers() -> tuple[tuple[re.Pattern[str], _Reader], ...]:
    """Patterns with what makes a mention of their matches, the surest first."""
    month = month_words()
    year = r"(\d{4}|'?\d{2}(?![\d:.,]))"
    ordinal = r"(?:st|nd|rd|th|er|[oa](?![^\W\d_])|°|º|\.)?"
    before = r"(?<![\d.,/:-])(?<!\d )"
    return (
        (
            re.compile(
                r"(?<!\d)(\d{4})\s?([-/.年])\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?:日|(?!\d))"
            ),
            _iso,
        ),
        (
            re.compile(
                rf"(?<!\d)(\d{{1,2}})\s?{ordinal}[\s,]*(?:de\s+|of\s+|-|/)?\s*({month})(?![^\W\d_])\.?,?\s*(?:de\s+|del\s+|-|/)?\s*{year}(?!\d)"
            ),
            _day_month_year,
        ),
        (
            re.compile(
                rf"(?<![^\W\d_])({month})\.?[\s-]+(\d{{1,2}})(?:st|nd|rd|th)?\s*[,\s-]\s*'?(\d{{4}}|\d{{2}})(?![\d:])"
            ),
            _month_day_year,
        ),
        (
            re.compile(
                rf"{before}(\d{{1,2}})\s?([./-])\s?(\d{{1,2}})\s?\2\s?(\d{{4}}|\d{{2}})(?!\d|[./-]\d)"
            ),
            _numeric,
        ),
        (
            re.compile(
                rf"(?<![\d.,/:-])(\d{{1,2}})\s?{ordinal}\s*(?:de\s+|of\s+)?({month})(?![^\W\d_])"
            ),
            _day_month,
        ),
        (
            re.compile(rf"(?<![^\W\d_])({month})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"),
            _month_day,
        ),
        (_relative_pattern(), _relative),
    )


def _mention(
    match: re.Match[str], day: date | None, *, yearless: bool = False
) -> DateMention | None:
    return DateMention(match.start(), match.end(), day, day, yearless) if day else None


def _iso(match: re.Match[str], today: date) -> DateMention | None:
    del today
    return _mention(match, valid_day(int(match[1]), int(match[3]), int(match[4])))


def _day_month_year(match: re.Match[str], today: date) -> DateMention | None:
    del today
    return _mention(match, valid_day(_year(match[3]), month_numbers()[match[2]], int(match[1])))


def _month_day_year(match: re.Match[str], today: date) -> DateMention | None:
    del today
    return _mention(match, valid_day(_year(match[3]), month_numbers()[match[1]], int(match[2])))


def _numeric(match: re.Match[str], today: date) -> DateMention | None:
    del today
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    day_first, month_first = valid_day(year, second, first), valid_day(year, first, second)
    if match[2] == ".":
        month_first = month_first if day_first is None else day_first
    if not day_first and not month_first:
        return None
    return DateMention(match.start(), match.end(), day_first, month_first, numeric=match[2] != ".")


def _day_month(match: re.Match[str], today: date) -> DateMention | None:
    return _yearless(match, month_numbers()[match[2]], int(match[1]), today)


def _month_day(match: re.Match[str], today: date) -> DateMention | None:
    return _yearless(match, month_numbers()[match[1]], int(match[2]), today)


def _yearless(match: re.Match[str], month: int, day: int, today: date) -> DateMention | None:
    this_year = valid_day(today.year, month, day)
    if this_year and this_year > today + timedelta(days=1):
        this_year = valid_day(today.year - 1, month, day)
    return _mention(match, this_year, yearless=True)


def _year(text: str) -> int:
    digits = text.lstrip("'")
    if len(digits) == _WHOLE_YEAR:
        return int(digits)
    return int(digits) + (1900 if int(digits) > _TWO_DIGIT_PIVOT else 2000)


@cache
def _units() -> dict[str, str]:
    listed = word_list("calendar")["units"]
    return {word: unit for unit, words in listed.items() for word in words}


@cache
def _relative_pattern() -> re.Pattern[str]:
    calendar = word_list("calendar")
    units = "|".join(sorted(_units(), key=len, reverse=True))
    before, after = "|".join(calendar["before"]), "|".join(calendar["after"])
    today, yesterday = "|".join(calendar["today"]), "|".join(calendar["yesterday"])
    return re.compile(
        rf"(?<![^\W_])(?:(?P<today>{today})|(?P<yesterday>{yesterday})"
        rf"|(?:{before})\s+(?P<n1>\d+|an?|une?|einem|einer|un|uno|una|um|uma)\s+(?P<u1>{units})"
        rf"|(?P<n2>\d+|an?|une?|een|un|uno|una|um|uma)\s+(?P<u2>{units})\s+(?:{after}))(?![^\W_])"
    )


def _relative(match: re.Match[str], today: date) -> DateMention | None:
    if match["today"]:
        return _mention(match, today)
    if match["yesterday"]:
        return _mention(match, today - timedelta(days=1))
    number, unit = match["n1"] or match["n2"], _units()[match["u1"] or match["u2"]]
    day = earlier(today, int(number) if number.isdigit() else 1, unit)
    return DateMention(match.start(), match.end(), day, day, vague=unit in {"month", "year"})


def earlier(day: date, count: int, unit: str) -> date:
    """The day so many days, weeks, months or years before."""
    if unit in {"day", "week"}:
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
