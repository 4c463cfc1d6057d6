"""Filters of a list by period or state, and which of their options shows what is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.agent.decisions import Click, Decision, SelectOption
from skyvern_dagster.agent.planners.heuristic.concepts import concept, word_list
from skyvern_dagster.agent.planners.heuristic.controls import Control, Input, same_page
from skyvern_dagster.agent.planners.heuristic.dates import earlier
from skyvern_dagster.agent.planners.heuristic.filters import DateWindow
from skyvern_dagster.agent.planners.heuristic.page import PageView
from skyvern_dagster.agent.planners.heuristic.words import fold

_CARETS = ("▾", "▼", "⌄", "▿")


@dataclass(frozen=True)
class Span:
    """The days that an option shows."""

    start: date
    end: date

    def covers(self, window: DateWindow, today: date) -> bool:
        """Whether all wanted days are among them."""
        return self.start <= (window.start or date.min) and self.end >= min(
            window.end or today, today
        )

    def meets(self, window: DateWindow, today: date) -> bool:
        """Whether any wanted day is among them."""
        return self.end >= (window.start or date.min) and self.start <= (window.end or today)


@dataclass(frozen=True)
class Choice:
    """One option of a filter, however it is shown.

    Attributes:
        chosen: Whether it is the current one; ``None`` when the page doesn't show it.
    """

    label: str
    span: Span | None
    everything: bool
    chosen: bool | None
    select: Input | None = None
    control: Control | None = None


@dataclass(frozen=True)
class Filter:
    """A filter of the list with its options."""

    choices: tuple[Choice, ...]
    name: str

    @property
    def current(self) -> Choice | None:
        """The option that is in force, where the page shows it."""
        return next((choice for choice in self.choices if choice.chosen), None)

    @property
    def by_period(self) -> bool:
        """Whether it filters by time rather than by state."""
        return any(choice.span for choice in self.choices)


def filters(view: PageView, today: date) -> list[Filter]:
    """The filters by period and by state that the page offers."""
    found = [
        made for field in view.inputs if field.node.options and (made := _of_select(field, today))
    ]
    found.extend(_of_controls(view, today))
    return found


def wider(view: PageView, window: DateWindow, today: date, used: Sequence[str]) -> Choice | None:
    """The option that makes the list show more of what is wanted than it does now."""
    for one in filters(view, today):
        current = one.current
        if current and (
            current.everything or (current.span and current.span.covers(window, today))
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
            if choice.span and not choice.chosen and fold(choice.label) not in used
            and choice.span.meets(window, today)
        ]  # fmt: skip
        current = one.current
        if current and current.span and current.span.covers(window, today):
            continue
        shown = {
            _bare(control.label)
            for control in view.controls
            if control.label.rstrip().endswith(_CARETS)
        }
        years = [
            choice
            for choice in fresh
            if _bare(choice.label) not in shown
            and choice.span
            and re.search(r"(19|20)\d{2}", choice.label)
        ]
        if years:
            return max(years, key=lambda choice: choice.span.end if choice.span else date.min)
    return None


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
        span = span_of(label, today) if marked and len(label) <= 30 else None
        if span and not span.covers(window, today) and not _seen_enough(window, today, used):
            return control
    return None


def _seen_enough(window: DateWindow, today: date, used: Sequence[str]) -> bool:
    """Whether the periods chosen so far reach back to the beginning of the window."""
    spans = [span for label in used if (span := span_of(label, today))]
    everything = any(_is_everything(label) for label in used)
    reached = window.start is not None and any(span.start <= window.start for span in spans)
    return everything or reached


def choose(view: PageView, choice: Choice, purpose: str) -> list[Decision]:
    """The decisions that put an option in force."""
    why = f"{purpose}: {choice.label}"
    if choice.control:
        return [Click(ref=choice.control.ref, reasoning=why)]
    if choice.select is None:
        return []
    decisions: list[Decision] = [
        SelectOption(ref=choice.select.ref, label=choice.label, reasoning=why)
    ]
    if apply := apply_button(view, choice.select):
        decisions.append(Click(ref=apply.ref, reasoning=f"{purpose}: applied by {apply}"))
    return decisions


def apply_button(view: PageView, field: Input) -> Control | None:
    """The button beside a filter that puts it in force."""
    for above in list(view.ancestors(field.node))[:3]:
        for control in view.controls_in(above):
            near = field.position < control.position
            if (
                near
                and control.node.role == "button"
                and concept("paging.apply").score(control.label) >= 0.75
            ):
                return control
    return None


def _widest(one: Filter, window: DateWindow, today: date, used: Sequence[str]) -> Choice | None:
    fresh = [
        choice for choice in one.choices if not choice.chosen and fold(choice.label) not in used
    ]
    covering = [
        choice
        for choice in fresh
        if choice.span and window.start and choice.span.covers(window, today)
    ]
    if covering:
        return max(covering, key=lambda choice: choice.span.start if choice.span else date.min)
    everything = [choice for choice in fresh if choice.everything]
    if everything:
        return everything[0] if one.current or one.by_period else None
    current = one.current
    if current is None or current.span is None:
        return None
    longer = [
        choice
        for choice in fresh
        if choice.span
        and choice.span.start < current.span.start
        and choice.span.end >= current.span.end
    ]
    return min(
        longer, key=lambda choice: choice.span.start if choice.span else date.max, default=None
    )


def _of_select(field: Input, today: date) -> Filter | None:
    name = f"{field.label} {field.hints}"
    choices = tuple(
        Choice(
            option.label,
            span_of(option.label, today),
            _is_everything(option.label),
            option.selected,
            select=field,
        )
        for option in field.node.options
    )
    return _as_filter(choices, name)


def _as_filter(choices: tuple[Choice, ...], name: str) -> Filter | None:
    spans = sum(choice.span is not None for choice in choices)
    if spans and spans + sum(choice.everything for choice in choices) >= len(choices) - 1:
        return Filter(choices, name)
    states = sum(
        concept("value.status").score(choice.label) >= 0.6
        or concept("paging.current").score(choice.label) >= 0.6
        or concept("paging.archive").score(choice.label) >= 0.6
        for choice in choices
    )
    if states and any(choice.everything for choice in choices):
        return Filter(choices, name)
    return None


def _bare(label: str) -> str:
    return fold(label).strip("▾▼⌄▿▸ ")


def _is_everything(label: str) -> bool:
    return concept("paging.everything").score(label) >= 0.75


def _of_controls(view: PageView, today: date) -> Iterator[Filter]:
    """Filters made of links, tabs, buttons or radio buttons side by side."""
    seen: set[int] = set()
    for row in view.nodes:
        if not len(row.children) >= 2 or len(view.text(row)) > 300 or row.role in {"table", "row"}:
            continue
        controls = [
            one for one in view.controls_in(row) if one.region not in {"banner", "contentinfo"}
        ]
        choices = tuple(_choice_of(view, one, today) for one in controls)
        useful = tuple(one for one in choices if one.span or one.everything or _is_state(one.label))
        plain = _plain_choice(view, row, controls, today)
        all_choices = (*useful, *plain)
        if len(all_choices) < 2 or len(useful) < len(controls) - 1:
            continue
        made = _as_filter(all_choices, view.label(row))
        if made and not any(id(one.control.node) in seen for one in useful if one.control):
            seen.update(id(one.control.node) for one in useful if one.control)
            yield made


def _is_state(label: str) -> bool:
    return any(
        concept(name).score(label) >= 0.6
        for name in ("value.status", "paging.current", "paging.archive")
    )


def _choice_of(view: PageView, control: Control, today: date) -> Choice:
    node = control.node
    here = bool(node.url) and same_page(node.url or "", view.url)
    marked = (
        node.selected
        or bool(node.pressed)
        or node.attributes.get("aria-current") not in {None, "", "false"}
        or here
    )
    return Choice(
        control.label,
        span_of(control.label, today),
        _is_everything(control.label),
        marked or None,
        control=control,
    )


def _plain_choice(
    view: PageView, row: object, controls: list[Control], today: date
) -> tuple[Choice, ...]:
    """The current option, where it is plain text among links: ``2024 | 2023 | 2022``."""
    labels = {fold(one.label) for one in controls}
    texts = [view.text(node) for node in row.walk() if not node.children]  # type: ignore[attr-defined]
    found = [text for text in texts if text and fold(text) not in labels]
    made = [Choice(text, span_of(text, today), _is_everything(text), chosen=True) for text in found]
    useful = tuple(one for one in made if one.span or one.everything or _is_state(one.label))
    return useful[:1]


def span_of(label: str, today: date) -> Span | None:
    """The days that a label such as ``last 3 months`` or ``2023`` stands for."""
    plain = fold(re.sub(r"\(\d+\)", "", label)).strip("▾▼⌄▿▸ ")
    units = {word: unit for unit, words in word_list("calendar")["units"].items() for word in words}
    names = "|".join(sorted(units, key=len, reverse=True))
    if len(plain) > 45:
        return None
    if match := re.search(rf"\b(\d+)\s+(?:\w+\s+)?({names})\b", plain):
        return Span(earlier(today, int(match.group(1)), units[match.group(2)]), today)
    if match := re.fullmatch(r"\D{0,25}\b((?:19|20)\d{2})\b\D{0,10}", plain):
        year = int(match.group(1))
        return Span(date(year, 1, 1), date(year, 12, 31))
    if concept("paging.relative").mentioned(plain) and (
        match := re.search(rf"\b({names})\b", plain)
    ):
        return Span(earlier(today, 1, units[match.group(1)]), today)
    return None
