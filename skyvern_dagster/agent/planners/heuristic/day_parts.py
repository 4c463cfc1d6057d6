"""A day that a form asks for in three fields: day, month and year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from skyvern_dagster.agent.planners.heuristic.field_entry import PayloadValue
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.reading.concepts import MOSTLY, concepts, word_list
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.dates import parse_date
from skyvern_dagster.reading.split_days import DAY_PARTS, month_named
from skyvern_dagster.reading.words import fold, name_words, words

_MONTHS = 12
"""Options of a list of months, besides what stands there before one is chosen."""
_LEAST_DAYS, _MOST_DAYS = 28, 31
"""How many days months have."""
_YEAR = 4
"""Digits."""
_LONGEST_DATE = 30
"""Characters, as in `field_entry`."""

Pair = tuple[Input, PayloadValue]


def day_parts(
    situation: Situation, fields: Sequence[Input], values: Sequence[PayloadValue]
) -> Iterator[Pair]:
    """Pairs three fields in a row that ask for one day with its parts, where they say which day."""
    paired: set[str] = set()
    used: list[PayloadValue] = []
    for trio in zip(fields, fields[1:], fields[2:], strict=False):
        kinds = [_part_of(field) for field in trio]
        apart = len({field.group for field in trio}) > 1
        if set(kinds) != set(DAY_PARTS) or apart or any(field.ref in paired for field in trio):
            continue
        called = _called(situation, trio)
        fitting = [
            (_fits(one, called), one, day)
            for one in values
            if one not in used and (day := _day_of(one, situation.today))
        ]
        score, given, day = max(fitting, key=lambda one: one[0], default=(0.0, None, None))
        if score and given and day:
            paired |= {field.ref for field in trio}
            used.append(given)
            for field, kind in zip(trio, kinds, strict=True):
                yield field, PayloadValue(given.name, _written(field, kind, day), given)


def parts_entered(given: PayloadValue, entered: set[str], today: date) -> bool:
    """Whether the three parts of a day were entered, each into a field of its own."""
    day = _day_of(given, today)
    return day is not None and all(entered & _forms(kind, day) for kind in DAY_PARTS)


def _part_of(field: Input) -> str:
    """Which part of a day a field asks for, by its options or else its name; or empty."""
    numbers = [one.label for one in field.node.options if one.label.strip().isdigit()]
    named = [one for one in field.node.options if month_named(one.label)]
    if len(named) == _MONTHS or len(numbers) == _MONTHS:
        return "month"
    if _LEAST_DAYS <= len(numbers) <= _MOST_DAYS and all(len(one) < _YEAR for one in numbers):
        return "day"
    if numbers and all(len(one) == _YEAR for one in numbers):
        return "year"
    if field.node.options or not field.is_text:
        return ""
    units = word_list("calendar")["units"]
    said = set(words(field.label))
    return next((part for part in DAY_PARTS if said & set(units[part])), "")


def _called(situation: Situation, trio: Sequence[Input]) -> str:
    """What stands around the three fields and only them, and what their group is called."""
    view = situation.view
    around = next(
        (
            one
            for one in view.ancestors(trio[0].node)
            if all(view.holds(one, field.node) for field in trio)
        ),
        view.root,
    )
    alone = len(view.inputs_in(around)) == len(trio)
    own = " ".join(f"{field.group} {field.label}" for field in trio)
    return f"{view.text(around)} {around.name} {own}" if alone else own


def _fits(given: PayloadValue, called: str) -> float:
    """How far a value is what the fields are called: the share of its name's words, or one."""
    spoken = name_words(given.name)
    meant = (one for one in concepts("form.") if one.score(" ".join(spoken)) >= MOSTLY)
    named = len(set(spoken) & set(words(called))) / max(1, len(spoken))
    return max(named, float(any(one.mentioned(called) for one in meant)))


def _day_of(given: PayloadValue, today: date) -> date | None:
    return parse_date(given.text, today) if len(given.text) <= _LONGEST_DATE else None


def _written(field: Input, kind: str, day: date) -> str:
    """The part as the field writes it: one of its options, or two digits, or four for a year."""
    forms = _forms(kind, day)
    for option in field.node.options:
        if forms & {fold(option.label).strip(" ."), fold(option.value)}:
            return option.label
    return max(forms, key=lambda one: (one.isdigit(), len(one)))


def _forms(kind: str, day: date) -> set[str]:
    number = getattr(day, kind)
    forms = {str(number), f"{number:02}"}
    return forms | set(word_list("calendar")["months"][str(number)]) if kind == "month" else forms
