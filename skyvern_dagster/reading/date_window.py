"""Which records a goal asks for: by date, and how many.

Days given as a start are included (``on or after``, ``since``, ``after the start date``); only an
explicit ``strictly after`` or ``later than`` leaves the day itself out. An end is included
(``until``, ``to``) except after a plain ``before`` or ``older than``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from skyvern_dagster.reading.concepts import Concept, concept, word_list
from skyvern_dagster.reading.date_mention import DateMention, DayOrder
from skyvern_dagster.reading.date_readers import earlier
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.named_periods import days_of_periods, named_periods, running_periods
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.ordinals import numbers_in_words
from skyvern_dagster.reading.range_words import either, end_words, start_words
from skyvern_dagster.reading.words import fold, fold_in_place, name_words

_PAYLOAD = 40
"""Characters of a value that may be a day: the longest date with its time and zone. Longer values
are texts, which mention dates of anything."""
_BOTH_ENDS = 2
"""Dates of a window."""
_LEAD = 30
"""Characters before the first of two dates in which a word such as `between` opens them. Arbitrary:
less than `_CONTEXT`, since it stands right before."""
_CONTEXT = 40
"""Characters before a date in which a word such as `since` is about it: about six words. 25 and
70 do as well on the page tests."""


@dataclass(frozen=True)
class DateWindow:
    """The days that are asked for; ``None`` is open."""

    start: date | None = None
    end: date | None = None
    start_included: bool = True
    end_included: bool = True

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None

    def holds(self, day: date) -> bool:
        """Whether the window holds a day."""
        if self.start and (day < self.start or (day == self.start and not self.start_included)):
            return False
        return not (self.end and (day > self.end or (day == self.end and not self.end_included)))

    def __str__(self) -> str:
        parts = []
        if self.start:
            parts.append(f"{'on or after' if self.start_included else 'after'} {self.start}")
        if self.end:
            parts.append(f"{'on or before' if self.end_included else 'before'} {self.end}")
        return " and ".join(parts) or "on any day"


def date_window(
    text: str, payload: Mapping[str, Any], today: date, *, periods: bool = False
) -> DateWindow:
    """The window that a goal and its payload describe together.

    Args:
        periods: Whether a month, quarter or year that is named as a whole is one, too; where one
            record is looked for, it may be what tells it from others.
    """
    window = _from_payload(payload, today, DateWindow())
    window = _from_text(text, today, window)
    if not window and periods and (days := days_of_periods(text, today)):
        window = DateWindow(*days)
    if not window:
        window = _relative(text, today)
    if window.start and _says_strictly(text):
        window = replace(window, start_included=False)
    return window


def newest_only(text: str) -> int | None:
    """How many of the newest records are asked for, if the goal says so."""
    plain = fold_in_place(text)
    for period in reversed(named_periods(text, date.max.replace(year=2000))):
        plain = plain[: period.start] + plain[period.end :]  # `mois dernier` is none
    words, named = concept("limit.newest").terms.pattern, numbers_in_words()
    match = re.search(
        rf"{words}\s+(\d{{1,3}}|{'|'.join(named)})\s+(?!(?:{_unit_words()})\b)", plain
    )
    if match:
        return named.get(match[1]) or int(match[1])
    return 1 if concept("goal.newest").mentioned(plain) else None


def _from_payload(payload: Mapping[str, Any], today: date, window: DateWindow) -> DateWindow:
    for path, value in flat_items(payload):
        day = _payload_day(value, today)
        if day is None:
            continue
        words = set(name_words(path))
        if words & end_words() and not words & _plain_start_words():
            window = replace(window, end=day)
        elif words & start_words():
            window = replace(window, start=day)
    return window


def _plain_start_words() -> frozenset[str]:
    return start_words() - frozenset(word_list("ranges")["start_of_other_meaning"])


def _payload_day(value: Any, today: date) -> date | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) > _PAYLOAD or "://" in value:
        return None
    mentions = find_dates(value, today)
    return mentions[0].read(DayOrder.DAY_FIRST) if mentions else None


def _from_text(text: str, today: date, window: DateWindow) -> DateWindow:
    plain = fold_in_place(text)
    mentions = [one for one in find_dates(text, today) if not one.yearless]
    if len(mentions) >= _BOTH_ENDS and _is_between(plain, mentions):
        first, second = (one.read(DayOrder.DAY_FIRST) for one in mentions[:2])
        return replace(window, start=window.start or first, end=window.end or second)
    for mention in mentions:
        before = plain[max(0, mention.start - _CONTEXT) : mention.start]
        day = mention.read(DayOrder.DAY_FIRST)
        after_at, before_at = (
            _last(concept("goal.after"), before),
            _last(concept("goal.before"), before),
        )
        if after_at < 0 and before_at < 0:
            continue
        if after_at >= before_at:
            window = window if window.start else replace(window, start=day)
        elif not window.end:
            strictly = _strictly_before(before)
            window = replace(window, end=day, end_included=not strictly)
    return window


def _is_between(plain: str, mentions: list[DateMention]) -> bool:
    first, second = mentions[:2]
    joint = plain[first.end : second.start]
    lead = plain[max(0, first.start - _LEAD) : first.start]
    opened = re.search(rf"\b({either('openings')})\b[^.]*$", lead)
    joining = rf"\W*({either('joints_of_opened')}|-)\W*"
    return bool(opened) and re.fullmatch(joining, joint) is not None


def _last(meant: Concept, text: str) -> int:
    matches = list(meant.terms.finditer(text))
    return matches[-1].end() if matches else -1


def _strictly_before(text: str) -> bool:
    words = concept("limit.before").terms.pattern
    ends = re.search(rf"{words}\W*(?:le|the)?\W*$", text)
    return bool(ends) and not re.search(r"on or before\W*$", text)


def _says_strictly(text: str) -> bool:
    plain = fold(text)
    included = concept("limit.included").terms.search(plain)
    return not included and bool(concept("limit.strictly").terms.search(plain))


@cache
def _units() -> dict[str, str]:
    listed = word_list("calendar")["units"]
    return {word: unit for unit, words in listed.items() for word in words}


@cache
def _unit_words() -> str:
    return "|".join(sorted(_units(), key=len, reverse=True))


def _relative(text: str, today: date) -> DateWindow:
    plain = fold(text)
    units, names = _units(), _unit_words()
    last = concept("paging.relative").terms.pattern
    match = re.search(
        rf"\b(?:{last})\s+(\d+)\s+({names})\b|\b(\d+)\s+(?:{last})\s+({names})\b|\b(?:{last})\s+({names})\b",
        plain,
    )
    if match:
        count = int(match.group(1) or match.group(3) or 1)
        unit = units[match.group(2) or match.group(4) or match.group(5)]
        return DateWindow(start=earlier(today, count, unit))
    if running := running_periods(text, today):
        return DateWindow(start=running[0].first)
    return _whole_year(plain)


def _whole_year(plain: str) -> DateWindow:
    match = re.search(rf"\b(?:{either('of_year')})\s+(20\d{{2}})\b(?![-/]|\.\d)", plain)
    if not match:
        return DateWindow()
    year = int(match.group(1))
    return DateWindow(start=date(year, 1, 1), end=date(year + 1, 1, 1) - timedelta(days=1))
