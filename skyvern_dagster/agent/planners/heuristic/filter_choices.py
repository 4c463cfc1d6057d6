"""Filters of a list by period or state, and which of their options shows what is wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial

from skyvern_dagster.agent.decisions import Click, Decision, SelectOption
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.list_filters import Choice, Filter, filters
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, act
from skyvern_dagster.agent.purposes import FilterMemo, Purpose
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.concepts import ALMOST_ONLY, CLEARLY, concept
from skyvern_dagster.reading.controls import Control, Input, same_page
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.periods import is_everything, period_of, without_caret
from skyvern_dagster.reading.text_lengths import MENU_WORD
from skyvern_dagster.reading.words import clip, fold, words

MOST_MENUS = 8
"""Hand-made drop-downs of periods that are opened in a task: a menu is opened once for each of
its periods, and there are seldom more than eight (months of a half-year, years, "all")."""

_CARETS = ("▾", "▼", "⌄", "▿")
"""Signs with which pages mark what opens a list of options."""

_BESIDE = 3
"""Levels above a filter that hold what stands beside it; above that, its whole form."""
_OPTIONS = 2
"""Of a select in which something can be chosen."""
_NAME = 4
"""Characters of an option that a goal names by its words: a year; shorter ones are in any text."""
_PAGE_PARTS = frozenset({"document", "main", "dialog"})


def wider(view: PageView, window: DateWindow, today: date, used: Sequence[str]) -> Choice | None:
    """The option that makes the list show more of what is wanted than it does now."""
    for one in filters(view, today):
        current = one.current
        if current and (
            current.everything or (current.period and current.period.covers(window, today))
        ):
            continue
        if current is None and any(fold(choice.label) in used for choice in one.choices):
            continue
        if choice := _widest(one, window, today, used):
            return choice
    return None


def another(view: PageView, window: DateWindow, today: date, used: Sequence[str]) -> Choice | None:
    """The next option to look at after the current one: a further year, newest first."""
    for one in filters(view, today):
        if not one.by_period:
            continue
        if any(
            choice.everything and (choice.chosen or fold(choice.label) in used)
            for choice in one.choices
        ):
            continue
        fresh = [
            choice for choice in one.choices
            if choice.period and not choice.chosen and fold(choice.label) not in used
            and choice.period.meets(window, today)
        ]  # fmt: skip
        current = one.current
        if current and current.period and current.period.covers(window, today):
            continue
        shown = {
            without_caret(control.label)
            for control in view.controls
            if control.label.rstrip().endswith(_CARETS)
        }
        years = [
            choice
            for choice in fresh
            if without_caret(choice.label) not in shown
            and choice.period
            and re.search(r"(19|20)\d{2}", choice.label)
        ]
        if years:
            return max(years, key=lambda choice: choice.period.end if choice.period else date.min)
    return None


def named_option(situation: Situation) -> Plan | None:
    """Chooses an account, a year or the like that the task names and the page doesn't show now."""
    goal, used = situation.goal, situation.memory.chosen_filters
    given = {fold(str(value)) for _, value in flat_items(goal.payload)}
    said = f" {' '.join(words(situation.intent.instructions))} "
    for field in filter(partial(_chooses, situation.view), situation.view.inputs):
        named = [
            one
            for one in field.node.options
            if fold(one.label) in given
            or (len(one.label) >= _NAME and f" {' '.join(words(one.label))} " in said)
        ]
        if len(named) == 1 and not named[0].selected and fold(named[0].label) not in used:
            choice = Choice(named[0].label, None, everything=False, chosen=False, select=field)
            why = f'Filter: the task names "{clip(choice.label)}" of {field}'
            return act(choose(situation.view, choice), why, LIKELY)
    return None


def _chooses(view: PageView, field: Input) -> bool:
    """Whether a field chooses what the page shows; in a record's row it changes the record."""
    node = field.node
    is_select = node.tag == "select" and "multiple" not in node.attributes
    in_record = any(above.role in RECORD_ROLES for above in view.ancestors(node))
    return is_select and len(node.options) >= _OPTIONS and not in_record


def closed(view: PageView, window: DateWindow, today: date, used: Sequence[str]) -> Control | None:
    """A closed drop-down that names the period in force, where more than that is wanted."""
    for control in view.controls:
        if control.region in {"banner", "navigation", "contentinfo"} or control.node.expanded:
            continue
        label = control.label.strip()
        marked = (
            label.endswith(_CARETS)
            or control.node.attributes.get("aria-haspopup")
            or control.node.expanded is False
        )
        period = period_of(label, today) if marked and len(label) <= MENU_WORD else None
        if period and not period.covers(window, today) and not _seen_enough(window, today, used):
            return control
    return None


def _seen_enough(window: DateWindow, today: date, used: Sequence[str]) -> bool:
    """Whether the periods chosen so far reach back to the beginning of the window."""
    periods = [period for label in used if (period := period_of(label, today))]
    everything = any(is_everything(label) for label in used)
    reached = window.start is not None and any(period.start <= window.start for period in periods)
    return everything or reached


def choose(view: PageView, choice: Choice) -> list[Decision]:
    """The decisions that put an option in force."""
    why = f"Filter: {choice.label}"
    if choice.control:
        memo = FilterMemo(option=choice.label)
        ref = choice.control.ref
        return [Click(ref=ref, reasoning=why, purpose=Purpose.FILTER, memo=memo)]
    if choice.select is None:
        return []
    before = next((one.label for one in choice.select.node.options if one.selected), "")
    why += f" instead of {before}" if before else ""
    decisions: list[Decision] = [
        SelectOption(
            ref=choice.select.ref,
            label=choice.label,
            reasoning=why,
            purpose=Purpose.FILTER,
            memo=FilterMemo(option=choice.label, instead_of=before),
        )
    ]
    if apply := apply_button(view, choice.select):
        decisions.append(
            Click(ref=apply.ref, reasoning=f"Filter: applied by {apply}", purpose=Purpose.FILTER)
        )
    return decisions


def apply_button(view: PageView, field: Input) -> Control | None:
    """The control beside a filter, or at the end of its form, that puts it in force."""
    for level, above in enumerate(view.ancestors(field.node)):
        if above.role in _PAGE_PARTS:
            return None
        least = CLEARLY if level < _BESIDE else ALMOST_ONLY
        for control in view.controls_in(above):
            near = field.position < control.position
            if (
                near
                and _puts_in_force(view, control)
                and concept("paging.apply").score(control.label) >= least
            ):
                return control
    return None


def _puts_in_force(view: PageView, control: Control) -> bool:
    """A button, or a link that stays on its page: scripts make buttons of them."""
    return control.node.role == "button" or (
        control.node.role == "link" and (not control.url or same_page(control.url, view.url))
    )


def _widest(one: Filter, window: DateWindow, today: date, used: Sequence[str]) -> Choice | None:
    fresh = [
        choice for choice in one.choices if not choice.chosen and fold(choice.label) not in used
    ]
    covering = [
        choice
        for choice in fresh
        if choice.period and window.start and choice.period.covers(window, today)
    ]
    if covering:
        return max(covering, key=lambda choice: choice.period.start if choice.period else date.min)
    everything = [choice for choice in fresh if choice.everything]
    if everything:
        return everything[0] if one.current or one.by_period else None
    current = one.current
    if current is None or current.period is None:
        return None
    longer = [
        choice
        for choice in fresh
        if choice.period
        and choice.period.start < current.period.start
        and choice.period.end >= current.period.end
    ]
    return min(
        longer, key=lambda choice: choice.period.start if choice.period else date.max, default=None
    )
