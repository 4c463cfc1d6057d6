"""Whether a file is of another quarter or year than its task names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.named_periods import NamedPeriod, named_periods
from skyvern_dagster.reading.wanted_item import WantedItem

_YEAR = re.compile(r"(?<![\w/.-])20\d\d(?![\w/-]|\.\d)")
_QUARTER = range(90, 93)
"""Days: 90 to 92."""


def of_other_period(task: str, item: WantedItem, text: str, today: date) -> str:
    """What a file says of its period, where it never names the one that the task does; or empty.

    Args:
        task: The task's own words.
        item: What they and the payload say of the record: one that has a number needs no period.
        text: What the file says.
        today: The day of the run.
    """
    if item.identifier:
        return ""
    wanted = _quarters(task, today)
    if len(wanted) == 1:
        said = _quarters(text, today) or list(_spans(text, today))
        inside = any(
            wanted[0].first <= day <= wanted[0].last
            for one in find_dates(text, today)
            for day in one.days
        )
        named = any(one.first == wanted[0].first for one in said)
        return "" if named or inside or not said else text[said[0].start : said[0].end]
    years = set(_YEAR.findall(task))
    if len(years) != 1 or named_periods(task, today) or find_dates(task, today):
        return ""
    shown = _YEAR.findall(text)
    written = {str(day.year) for one in find_dates(text, today) for day in one.days}
    return "" if not shown or years & {*shown, *written} else shown[0]


def _spans(text: str, today: date) -> Iterator[NamedPeriod]:
    """Quarters that are written as their first and last day."""
    days = find_dates(text, today)
    for first, last in pairwise(days):
        start, end = first.day_first or first.month_first, last.day_first or last.month_first
        if start and end and (end - start).days + 1 in _QUARTER:
            yield NamedPeriod(first.start, last.end, start, end)


def _quarters(text: str, today: date) -> list[NamedPeriod]:
    return [
        one for one in named_periods(text, today) if (one.last - one.first).days + 1 in _QUARTER
    ]
