"""Which values of extracted data stand nowhere on the page that they are said to come from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from skyvern_dagster.agent.planners.llm.computed_values import computed_places
from skyvern_dagster.agent.planners.llm.derived_values import DerivedValues
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.dates import find_dates

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_CODE = re.compile(r"(?=[^\s@:]*\d)#?[A-Za-z]{0,6}[-_/.]?\d[\w./-]*")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w+")
_SMALL = 10
"""Numbers below are counts, ranks and grades, which nobody writes down."""
_MOST = 5
"""Sentences in a note that people read."""
_LONG_TEXT = 160
"""Characters from which a text may be a summary: two sentences. Shorter ones are copied."""
_ENOUGH_WORDS = 0.6
"""A summary shares most of its words with what it sums up; half would let any sentence about the
page's topic pass."""


def not_on_page(data: Any, observation: Observation) -> tuple[str, ...]:
    """One sentence for each value that the page doesn't show, at most a few.

    A number may be written with other separators, a date in another form; a long text may be a
    summary. Truth values are conclusions and are not looked for.
    """
    page = _Page(observation)
    missing = [(place, value) for place, value in _leaves(data, "$") if not page.has(value)]
    told = [f"{place}: {str(value)[:80]!r} stands nowhere on the page" for place, value in missing]
    if len(told) > _MOST:
        return (*told[:_MOST], f"and {len(told) - _MOST} more values that stand nowhere on it")
    return tuple(told)


def unfounded(data: Any, observation: Observation, today: date) -> str:
    """A sentence on the first figure, code or day that the page doesn't show; empty where all are.

    Small numbers, counts and sums of what was read are conclusions. Pages leave years out, or say
    `yesterday`: a day is held against all that the page's texts may mean.
    """
    page = _Page(observation)
    derived = DerivedValues(page.parts, today)
    concluded = {_digits(f"{value:g}") for value in _conclusions(data)}
    computed = computed_places(data, page.has, "$")
    for place, value in _leaves(data, "$"):
        if isinstance(value, str) and _is_untold_day(value, page, today, derived):
            return f"{place}: the day {value[:80]!r} stands nowhere on the page"
        if isinstance(value, str) and _MAIL.fullmatch(value.strip()) and not page.has(value):
            return f"{place}: {value[:80]!r} stands nowhere on the page"
        if isinstance(value, str) and not _is_code(value):
            continue
        small = not isinstance(value, str) and abs(value) < _SMALL
        known = small or page.has(value) or page.has_code(str(value)) or derived.has(value)
        known = known or place in computed or derived.is_distance(place, value)
        if not known and _digits(f"{value}") not in concluded:
            return f"{place}: {str(value)[:80]!r} stands nowhere on the page"
    return ""


def _is_untold_day(text: str, page: _Page, today: date, derived: DerivedValues) -> bool:
    """Whether a text is a day, and the page shows days, but not this one."""
    match = _ISO_DATE.fullmatch(text.strip())
    if match is None or page.has_text(text):
        return False
    shown = page.days(today)
    month_and_day = (int(match[2]), int(match[3]))
    if not shown or any((one.month, one.day) == month_and_day for one in shown):
        return False
    try:
        day = date(int(match[1]), *month_and_day)
    except ValueError:
        return True
    return not derived.has_day(day, shown)


def _is_code(text: str) -> bool:
    """Whether a text is one code: `INV-2024-7`, and no sentence, date or address."""
    return bool(_CODE.fullmatch(text.strip())) and not _ISO_DATE.fullmatch(text.strip())


def _conclusions(data: Any) -> Iterator[float]:
    """Counts of lists, and sums of their fields, at any depth."""
    if isinstance(data, dict):
        for item in data.values():
            yield from _conclusions(item)
    if not isinstance(data, list):
        return
    yield float(len(data))
    sums: dict[str, float] = defaultdict(float)
    for item in data:
        yield from _conclusions(item)
        for key, value in item.items() if isinstance(item, dict) else [("", item)]:
            if isinstance(value, int | float) and not isinstance(value, bool):
                sums[key] += value
    yield from (round(value, 2) for value in sums.values())


class _Page:
    def __init__(self, observation: Observation) -> None:
        parts = [observation.title, observation.url]
        for node in observation.root.walk():
            parts += [node.name, node.text, node.value, node.url or "", node.title]
            parts += [option.label for option in node.options]
        self.parts = tuple(part for part in parts if part)
        self._text = _folded(" ".join(self.parts))
        self._words = frozenset(re.findall(r"\w+", self._text))
        written = (r"\d[\d.,'’\s]*", r"\d[\d.,'’]*", r"\d+")  # alone, and beside another
        self._numbers = frozenset(
            _digits(number) for form in written for number in re.findall(form, self._text)
        )

    def has(self, value: str | int | float) -> bool:
        if not isinstance(value, str):
            return self._has_number(value)
        text = _folded(value)
        if not text or text in self._text:
            return True
        if date := _ISO_DATE.fullmatch(text):
            return self._has_date(*date.groups())
        if re.fullmatch(r"[\d.,'’\s%€$£+-]+", text):
            return _digits(text) in self._numbers
        if text.startswith(("http://", "https://")):
            return text.rstrip("/") in self._text
        words = re.findall(r"\w+", text)
        hits = sum(word in self._words for word in words)
        # Parts of one value may stand apart; a long one may be a summary.
        enough = _ENOUGH_WORDS if len(text) > _LONG_TEXT else 1.0
        return bool(words) and hits >= enough * len(words)

    def has_text(self, value: str) -> bool:
        """Whether it stands there to the letter."""
        return _folded(value) in self._text

    def has_code(self, value: str) -> bool:
        """Whether its letters and digits stand in a row, whatever is between them."""
        wanted = re.sub(r"\W", "", _folded(value))
        return bool(wanted) and wanted in self._bare

    def days(self, today: date) -> frozenset[date]:
        """All days that its texts may mean."""
        return frozenset(
            day
            for part in self.parts
            for one in find_dates(part, today)
            for day in (one.day_first, one.month_first)
            if day is not None
        )

    @cached_property
    def _bare(self) -> str:
        return re.sub(r"\W", "", self._text)

    def _has_number(self, value: float) -> bool:
        forms = {f"{abs(value):g}", f"{abs(value):.2f}", f"{abs(value):.1f}", str(abs(value))}
        return any(_digits(form) in self._numbers for form in forms)

    def _has_date(self, year: str, month: str, day: str) -> bool:
        has_year = year in self._numbers or year[2:] in self._numbers
        has_day = day in self._numbers or str(int(day)) in self._numbers
        glued = f"{year}{month}{day}" in self._numbers
        return glued or (has_year and has_day)


def _leaves(data: Any, place: str) -> Iterator[tuple[str, str | int | float]]:
    match data:
        case dict():
            for key, item in data.items():
                yield from _leaves(item, f"{place}.{key}")
        case list() | tuple():
            for index, item in enumerate(data):
                yield from _leaves(item, f"{place}[{index}]")
        case bool() | None:
            return
        case str() | int() | float():
            yield place, data
        case _:
            return


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
