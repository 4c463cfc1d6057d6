"""Filters of a list by two date fields (``from`` / ``to``), and how to make them show enough."""

from __future__ import annotations

import re
from datetime import date

from skyvern_dagster.agent.decisions import Click, Decision, InputText
from skyvern_dagster.agent.planners.heuristic.filter_choices import apply_button
from skyvern_dagster.agent.purposes import FilterMemo, Purpose
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.date_mention import DayOrder
from skyvern_dagster.reading.date_readers import earlier
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.range_words import start_words
from skyvern_dagster.reading.words import fold, words

_YEARS_BACK = 10
"""Where no first day is asked for: the longest for which European tax law has invoices kept."""


def widened_range(view: PageView, window: DateWindow, today: date, lang: str) -> list[Decision]:
    """The decisions that move the first day of the range back far enough; none where it is."""
    for field in view.inputs:
        shown = _first_day(view, field, today)
        wanted = window.start or earlier(today, _YEARS_BACK, "year")
        if shown is None or shown <= wanted:
            continue
        text = _as_shown(field, wanted, lang)
        why = f"Filter: from {wanted}"
        button = apply_button(view, field)
        typed = InputText(
            ref=field.ref,
            text=text,
            press_enter=button is None,
            reasoning=why,
            purpose=Purpose.DATE_RANGE,
            memo=FilterMemo(option=f"from {wanted}"),
        )
        if button is None:
            return [typed]
        return [
            typed,
            Click(
                ref=button.ref, reasoning=f"Filter: applied by {button}", purpose=Purpose.DATE_RANGE
            ),
        ]
    return []


def _first_day(view: PageView, field: Input, today: date) -> date | None:
    """The day in a field that takes the first day of a range."""
    if not field.is_text or view.region(field.node) in {"banner", "navigation", "contentinfo"}:
        return None
    spoken = set(words(f"{field.label} {field.hints}"))
    if not spoken & start_words() or not field.node.value:
        return None
    mentions = find_dates(field.node.value, today)
    return mentions[0].read(DayOrder.DAY_FIRST) if mentions else None


def _as_shown(field: Input, day: date, lang: str) -> str:
    """A day written the way the field shows its own."""
    value = field.node.value
    if field.node.input_type == "date" or re.match(r"\d{4}-", value):
        return day.isoformat()
    shape = fold(f"{field.node.placeholder} {field.label}")
    month_first = "mm/dd" in shape or (lang.lower() == "en-us" and "/" in value)
    if month_first:
        return day.strftime("%m/%d/%Y")
    separator = next((sign for sign in "./-" if sign in value), ".")
    return day.strftime(f"%d{separator}%m{separator}%Y")
