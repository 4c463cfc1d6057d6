"""The filters of a list by period or state, however the page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Control, Input, same_page
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.periods import Period, is_everything, period_of
from skyvern_dagster.reading.words import fold

_CHOICES = 2
"""One choice is a link, two are a filter."""
_LONGEST = 300
"""Characters of a row of choices: sixty years, or twelve months with counts. What
is longer is a part of the page."""

BESIDE_LISTS = frozenset({"banner", "navigation", "contentinfo", "search", "dialog"})
"""What stands there is about the whole site, not about the list."""


_MOST_STATES = 8
"""Options of a filter by state; longer selects are of countries, categories and the like."""


@dataclass(frozen=True)
class Choice:
    """One option of a filter, however it is shown.

    Attributes:
        chosen: Whether it is the current one; ``None`` when the page doesn't show it.
    """

    label: str
    period: Period | None
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
        return any(choice.period for choice in self.choices)


def filters(view: PageView, today: date) -> list[Filter]:
    """The filters by period and by state that the page offers."""
    shown = [
        made
        for field in view.inputs
        if field.node.options
        and view.region(field.node) not in BESIDE_LISTS
        and (made := _of_select(field, today))
    ]
    shown.extend(_of_controls(view, today))
    shown.extend(_of_radios(view, today))
    return shown


def _of_radios(view: PageView, today: date) -> Iterator[Filter]:
    """Filters made of radio buttons: all of one box, outside records and the page's head."""
    radios = [one for one in view.inputs if one.node.role == "radio"]
    seen: set[int] = set()
    for first in radios:
        around = next(
            (inside for above in view.ancestors(first.node)
             if len(inside := [one for one in radios if view.holds(above, one.node)]) >= _CHOICES),
            [],
        )  # fmt: skip
        if id(first.node) in seen or view.region(first.node) in BESIDE_LISTS:
            continue
        seen |= {id(one.node) for one in around}
        choices = tuple(_of_radio(view, one, today) for one in around)
        if made := _as_filter(choices, view.label(first.node)):
            yield made


def _of_radio(view: PageView, field: Input, today: date) -> Choice:
    control = Control(field.node, field.label, view.region(field.node), field.position)
    return Choice(
        field.label,
        period_of(field.label, today),
        is_everything(field.label),
        field.node.checked or None,
        control=control,
    )


def _of_select(field: Input, today: date) -> Filter | None:
    name = f"{field.label} {field.hints}"
    choices = tuple(
        Choice(
            option.label,
            period_of(option.label, today),
            is_everything(option.label),
            option.selected,
            select=field,
        )
        for option in field.node.options
    )
    return _as_filter(choices, name) or _with_everything(field, choices, name)


def _with_everything(field: Input, choices: tuple[Choice, ...], name: str) -> Filter | None:
    """A select that can show everything and doesn't filters, whatever its other options mean."""
    if field.node.role != "combobox" or len(choices) > _MOST_STATES:
        return None
    everything = [one for one in choices if one.everything]
    return Filter(choices, name) if len(everything) == 1 and not everything[0].chosen else None


def _as_filter(choices: tuple[Choice, ...], name: str) -> Filter | None:
    periods = sum(choice.period is not None for choice in choices)
    if periods and periods + sum(choice.everything for choice in choices) >= len(choices) - 1:
        return Filter(choices, name)
    states = sum(
        concept("value.status").score(choice.label) >= MOSTLY
        or concept("paging.current").score(choice.label) >= MOSTLY
        or concept("paging.archive").score(choice.label) >= MOSTLY
        for choice in choices
    )
    if states and any(choice.everything for choice in choices):
        return Filter(choices, name)
    return None


def _of_controls(view: PageView, today: date) -> Iterator[Filter]:
    """Filters made of links, tabs, buttons or radio buttons side by side."""
    seen: set[int] = set()
    for row in view.nodes:
        if (
            not len(row.children) >= _CHOICES
            or len(view.text(row)) > _LONGEST
            or row.role in {"table", "row"}
        ):
            continue
        controls = [
            one for one in view.controls_in(row) if one.region not in {"banner", "contentinfo"}
        ]
        choices = tuple(_choice_of(view, one, today) for one in controls)
        useful = tuple(
            one for one in choices if one.period or one.everything or _is_state(one.label)
        )
        plain = _plain_choice(view, row, controls, today)
        all_choices = (*useful, *plain)
        if len(all_choices) < _CHOICES or len(useful) < len(controls) - 1:
            continue
        made = _as_filter(all_choices, view.label(row))
        if made and not any(id(one.control.node) in seen for one in useful if one.control):
            seen.update(id(one.control.node) for one in useful if one.control)
            yield made


def _is_state(label: str) -> bool:
    return any(
        concept(name).score(label) >= MOSTLY
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
        period_of(control.label, today),
        is_everything(control.label),
        marked or None,
        control=control,
    )


def _plain_choice(
    view: PageView, row: object, controls: list[Control], today: date
) -> tuple[Choice, ...]:
    """The current option, where it is plain text among links: ``2024 | 2023 | 2022``."""
    labels = {fold(one.label) for one in controls}
    texts = [view.text(node) for node in row.walk() if not node.children]  # type: ignore[attr-defined]
    plain = [text for text in texts if text and fold(text) not in labels]
    made = [
        Choice(text, period_of(text, today), is_everything(text), chosen=True) for text in plain
    ]
    useful = tuple(one for one in made if one.period or one.everything or _is_state(one.label))
    return useful[:1]
