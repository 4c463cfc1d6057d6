"""Filling the two fields between which a list is filtered by days."""

from __future__ import annotations

from datetime import date

from skyvern_dagster.agent.decisions import Click, Decision, InputText
from skyvern_dagster.agent.planners.heuristic.filter_choices import apply_button
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.date_format import day_as_field_writes
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.range_words import end_words, start_words
from skyvern_dagster.reading.words import words

_ELSEWHERE = frozenset({"banner", "navigation", "contentinfo"})
_NATIVE = frozenset({"date", "datetime-local", "month"})


def day_entries(situation: Situation, window: DateWindow, *, apply: bool) -> list[Decision]:
    """The decisions that fill in a window's days; none where the page has no such fields.

    Args:
        situation: Where to.
        window: The days; of an open one only its day.
        apply: Whether the button beside the fields is to be pressed, too.
    """
    fields = _day_fields(situation.view)
    wanted = [
        (field, day)
        for field, day in zip(fields, (window.start, window.end), strict=True)
        if day is not None
    ]
    entries: list[Decision] = []
    for field, day in wanted:
        if field is None:
            return []
        text = day_as_field_writes(day, field.node, field.label, situation.lang)
        why = f"Filter: {field} takes {day}"
        entries.append(
            InputText(ref=field.ref, text=text, reasoning=why, purpose=Purpose.DATE_RANGE)
        )
    last = wanted[-1][0] if wanted else None
    if apply and last is not None and (button := apply_button(situation.view, last)):
        why = f"Filter: applied by {button}"
        entries.append(Click(ref=button.ref, reasoning=why, purpose=Purpose.DATE_RANGE))
    return entries


def outside(situation: Situation, window: DateWindow) -> str:
    """A row that the filtered list shows all the same, with a day outside the window; or empty."""
    view = situation.view
    for node in view.nodes:
        if node.role not in RECORD_ROLES:
            continue
        mentions = find_dates(view.text(node), situation.today)
        if len(mentions) != 1 or mentions[0].yearless:
            continue
        days = mentions[0].days
        if days and not any(window.holds(day) for day in days):
            return view.text(node)
    return ""


def _day_fields(view: PageView) -> tuple[Input | None, Input | None]:
    """The field of the first day and that of the last one, each where it is the only one."""
    fields = [
        field
        for field in view.inputs
        if field.is_text and not field.is_password and view.region(field.node) not in _ELSEWHERE
    ]
    first, last = (
        [one for one in fields if _spoken(one) & sought] for sought in (start_words(), _last())
    )
    native = [one for one in fields if one.node.input_type in _NATIVE]
    if not first and not last and len(native) == len(("first", "last")):
        return native[0], native[1]
    return _dated(first), _dated(last)


def _last() -> frozenset[str]:
    """Words for the last day, of which `before` isn't one: that day is left out."""
    return end_words() - {"before"}


def _spoken(field: Input) -> frozenset[str]:
    return frozenset(words(f"{field.label} {field.hints}"))


def _dated(fields: list[Input]) -> Input | None:
    """The only one; of several, the only one that is made for days."""
    if len(fields) > 1:
        fields = [one for one in fields if one.node.input_type in _NATIVE or _shows_day(one)]
    return fields[0] if len(fields) == 1 else None


def _shows_day(field: Input) -> bool:
    return bool(find_dates(f"{field.node.value} {field.node.placeholder}", date.max))
