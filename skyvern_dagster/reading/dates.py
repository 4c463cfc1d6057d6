"""Dates as pages write them, in any of the languages that we read.

A numeric date such as ``03/04/2024`` has two readings; which one a page means is decided over
all its dates together (:func:`day_order`), never one by one.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from skyvern_dagster.reading.date_mention import DateMention, DayOrder, valid_day
from skyvern_dagster.reading.date_readers import (
    date_readers,
    month_numbers,
    month_words,
)
from skyvern_dagster.reading.range_words import either
from skyvern_dagster.reading.words import fold_in_place


@cache
def _joint() -> re.Pattern[str]:
    """Between the first and the last day of a range."""
    return re.compile(rf"\s*(?:-|–|—|{either('joints')})\s*")


@cache
def _opened() -> re.Pattern[str]:
    """The number of a range's first day, before its last one."""
    joints = either("joints_of_numbers")
    return re.compile(rf"(?<![\w.,/-])(\d{{1,2}})\.?\s?(?:-|–|—|{joints})\s?$")


def find_dates(text: str, today: date) -> list[DateMention]:
    """All dates of a text, in order, relative ones (``yesterday``) included."""
    plain = fold_in_place(text)
    mentions: list[DateMention] = []
    for pattern, make in date_readers():
        for match in pattern.finditer(plain):
            mention = make(match, today)
            if mention and not any(_overlap(mention, other) for other in mentions):
                mentions.append(mention)
    return _with_ranges(plain, sorted(mentions, key=lambda mention: mention.start))


def _with_ranges(plain: str, mentions: list[DateMention]) -> list[DateMention]:
    """Completes the beginnings of ranges: ``7–10 Oct 2024``, ``30 Apr – 3 May 2024``."""
    complete: list[DateMention] = []
    for index, mention in enumerate(mentions):
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        if (
            mention.yearless
            and following
            and _joint().fullmatch(plain[mention.end : following.start])
        ):
            complete.append(_with_year_of(mention, following))
            continue
        opened = _opened().search(plain[: mention.start])
        day = mention.day_first
        if (
            opened
            and day
            and not mention.numeric
            and (first := valid_day(day.year, day.month, int(opened[1])))
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
    begun = valid_day(year, day.month, day.day)
    return DateMention(mention.start, mention.end, begun, begun) if begun else mention


def parse_date(text: str, today: date, order: DayOrder = DayOrder.DAY_FIRST) -> date | None:
    """The first date of a text."""
    mentions = find_dates(text, today)
    return mentions[0].read(order) if mentions else None


def find_month(text: str) -> tuple[int, int | None] | None:
    """Year and month (``None`` for a year alone) of a heading such as ``March 2024``."""
    plain = fold_in_place(text)
    match = re.search(
        rf"(?<![^\W\d_])({month_words()})\.?\s*(?:de\s+|del\s+)?(\d{{4}})(?!\d)", plain
    )
    if match:
        return int(match.group(2)), month_numbers()[match.group(1)]
    match = re.fullmatch(r"\D*((?:19|20)\d{2})\D*", plain)
    return (int(match.group(1)), None) if match else None


def _overlap(one: DateMention, other: DateMention) -> bool:
    return one.start < other.end and other.start < one.end
