"""Dates as pages write them, in any of the languages that we read.

A numeric date such as ``03/04/2024`` has two readings; which one a page means is decided over
all its dates together (:func:`day_order`), never one by one.
"""

from __future__ import annotations

import itertools
import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache

from skyvern_dagster.agent.planners.heuristic.concepts import word_list
from skyvern_dagster.agent.planners.heuristic.words import fold_in_place

_TWO_DIGIT_PIVOT = 69
_Reader = Callable[[re.Match[str], date], "DateMention | None"]


_JOINT = re.compile(r"\s*(?:-|–|—|to|until|bis|zum|au|al|a|ate|tot|t/m|hasta)\s*")


_OPENED = re.compile(r"(?<![\d.,/])(\d{1,2})\.?\s?(?:-|–|—|to|bis|au|al|t/m)\s?$")


class DayOrder(Enum):
    """Which comes first in a numeric date."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True)
class DateMention:
    """A date in a text.

    Attributes:
        start: Position of its first character.
        end: Position after its last one.
        day_first: What it means when the day comes first, if that is possible.
        month_first: What it means when the month comes first, if that is possible.
        yearless: Whether the text left the year out (the latest such day was assumed).
        numeric: Whether it is written in numbers only, year last.
    """

    start: int
    end: int
    day_first: date | None
    month_first: date | None
    yearless: bool = False
    numeric: bool = False

    @property
    def ambiguous(self) -> bool:
        """Whether the two readings differ and both are possible."""
        both = self.day_first is not None and self.month_first is not None
        return both and self.day_first != self.month_first

    def in_year(self, year: int) -> DateMention:
        """The same day in another year, for a date that was written without one."""
        day = self.day_first
        moved = _day(year, day.month, day.day) if day else None
        return DateMention(self.start, self.end, moved, moved) if moved else self

    def read(self, order: DayOrder) -> date | None:
        """The date, under this order where the order matters."""
        first, second = self.day_first, self.month_first
        if order is DayOrder.MONTH_FIRST:
            first, second = second, first
        return first or second


def find_dates(text: str, today: date) -> list[DateMention]:
    """All dates of a text, in order, relative ones (``yesterday``) included."""
    plain = fold_in_place(text)
    found: list[DateMention] = []
    for pattern, make in _readers():
        for match in pattern.finditer(plain):
            mention = make(match, today)
            if mention and not any(_overlap(mention, other) for other in found):
                found.append(mention)
    return _with_ranges(plain, sorted(found, key=lambda mention: mention.start))


def _with_ranges(plain: str, found: list[DateMention]) -> list[DateMention]:
    """Completes the beginnings of ranges: ``7–10 Oct 2024``, ``30 Apr – 3 May 2024``."""
    complete: list[DateMention] = []
    for index, mention in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if (
            mention.yearless
            and following
            and _JOINT.fullmatch(plain[mention.end : following.start])
        ):
            complete.append(_with_year_of(mention, following))
            continue
        opened = _OPENED.search(plain[: mention.start])
        day = mention.day_first
        if (
            opened
            and day
            and not mention.numeric
            and (first := _day(day.year, day.month, int(opened[1])))
            and first < day
        ):
            complete.append(DateMention(opened.start(), mention.start - 1, first, first))
        complete.append(mention)
    return complete


def _with_year_of(mention: DateMention, following: DateMention) -> DateMention:
    end, day = following.day_first, mention.day_first
    if end is None or day is None or following.yearless:
        return mention
    year = end.year if (day.month, day.day) <= (end.month, end.day) else end.year - 1
    begun = _day(year, day.month, day.day)
    return DateMention(mention.start, mention.end, begun, begun) if begun else mention


def parse_date(text: str, today: date, order: DayOrder = DayOrder.DAY_FIRST) -> date | None:
    """The first date of a text."""
    mentions = find_dates(text, today)
    return mentions[0].read(order) if mentions else None


def find_month(text: str) -> tuple[int, int | None] | None:
    """Year and month (``None`` for a year alone) of a heading such as ``March 2024``."""
    plain = fold_in_place(text)
    match = re.search(
        rf"(?<![^\W\d_])({_month_words()})\.?\s*(?:de\s+|del\s+)?(\d{{4}})(?!\d)", plain
    )
    if match:
        return int(match.group(2)), _months()[match.group(1)]
    match = re.fullmatch(r"\D*((?:19|20)\d{2})\D*", plain)
    return (int(match.group(1)), None) if match else None


def day_order(mentions: Iterable[DateMention], lang: str, text: str, today: date) -> DayOrder:
    """The order that makes the best sense of all these dates.

    Impossible days decide; then dates in the future (a list of past events has none); then
    which reading leaves the list sorted; then the page's language and currency.
    """
    numeric = [mention for mention in mentions if mention.numeric]
    for order, other in (
        (DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST),
        (DayOrder.MONTH_FIRST, DayOrder.DAY_FIRST),
    ):
        if any(_exact(mention, other) is None for mention in numeric):
            return order
    penalties = {order: _implausible(numeric, order, today) for order in DayOrder}
    least = min(penalties.values())
    likely = [order for order in DayOrder if penalties[order] == least]
    return likely[0] if len(likely) == 1 else _customary(lang, text)


def _exact(mention: DateMention, order: DayOrder) -> date | None:
    return mention.day_first if order is DayOrder.DAY_FIRST else mention.month_first


def _implausible(mentions: list[DateMention], order: DayOrder, today: date) -> int:
    days = [day for mention in mentions if (day := mention.read(order))]
    future = sum(day > today + timedelta(days=1) for day in days)
    pairs = list(itertools.pairwise(days))
    falling = sum(first < second for first, second in pairs)
    rising = sum(first > second for first, second in pairs)
    return 2 * future + min(falling, rising)


def _customary(lang: str, text: str) -> DayOrder:
    language, _, region = lang.lower().replace("_", "-").partition("-")
    if region in {"us", "ph"} and language in {"en", "es", "fil"}:
        return DayOrder.MONTH_FIRST
    if language in {"", "en"} and not region and "$" in text and not re.search("[€£]", text):
        return DayOrder.MONTH_FIRST
    return DayOrder.DAY_FIRST


def _overlap(one: DateMention, other: DateMention) -> bool:
    return one.start < other.end and other.start < one.end


@cache
def _months() -> dict[str, int]:
    listed = word_list("calendar")["months"]
    return {name: int(number) for number, names in listed.items() for name in names}


@cache
def _month_words() -> str:
    return "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))


@cache
def _readers() -> tuple[tuple[re.Pattern[str], _Reader], ...]:
    month = _month_words()
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
    return _mention(match, _day(int(match[1]), int(match[3]), int(match[4])))


def _day_month_year(match: re.Match[str], today: date) -> DateMention | None:
    del today
    return _mention(match, _day(_year(match[3]), _months()[match[2]], int(match[1])))


def _month_day_year(match: re.Match[str], today: date) -> DateMention | None:
    del today
    return _mention(match, _day(_year(match[3]), _months()[match[1]], int(match[2])))


def _numeric(match: re.Match[str], today: date) -> DateMention | None:
    del today
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if match[2] == ".":
        month_first = month_first if day_first is None else day_first
    if not day_first and not month_first:
        return None
    return DateMention(match.start(), match.end(), day_first, month_first, numeric=match[2] != ".")


def _day_month(match: re.Match[str], today: date) -> DateMention | None:
    return _yearless(match, _months()[match[2]], int(match[1]), today)


def _month_day(match: re.Match[str], today: date) -> DateMention | None:
    return _yearless(match, _months()[match[1]], int(match[2]), today)


def _yearless(match: re.Match[str], month: int, day: int, today: date) -> DateMention | None:
    this_year = _day(today.year, month, day)
    if this_year and this_year > today + timedelta(days=1):
        this_year = _day(today.year - 1, month, day)
    return _mention(match, this_year, yearless=True)


def _year(text: str) -> int:
    digits = text.lstrip("'")
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (1900 if int(digits) > _TWO_DIGIT_PIVOT else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    if not (1900 <= year <= 2200 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


@cache
def _units() -> dict[str, str]:
    listed = word_list("calendar")["units"]
    return {word: unit for unit, found in listed.items() for word in found}


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
    return _mention(match, earlier(today, int(number) if number.isdigit() else 1, unit))


def earlier(day: date, count: int, unit: str) -> date:
    """The day so many days, weeks, months or years before."""
    if unit in {"day", "week"}:
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
