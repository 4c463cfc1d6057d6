"""What a task gives for a form, and how much of it was entered so far."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.agent.decisions import (
    Decision,
    InputText,
    SelectOption,
)
from skyvern_dagster.agent.planners.heuristic.day_parts import parts_entered
from skyvern_dagster.agent.planners.heuristic.field_entry import PayloadValue
from skyvern_dagster.agent.planners.heuristic.field_matching import match_fields
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import fold


def given_values(situation: Situation) -> list[PayloadValue]:
    """What the payload gives, without what is empty."""
    return [
        PayloadValue(_name_of(path), value)
        for path, value in flat_items(situation.goal.payload)
        if value not in (None, "")
    ]


def _name_of(path: str) -> str:
    """The last name of a path; items of a list are called as the list."""
    names = path.split(".")
    return next((one for one in reversed(names) if not one.isdigit()), names[-1])


def not_entered(situation: Situation, values: list[PayloadValue]) -> list[PayloadValue]:
    """Values that no field was given so far."""
    given = {
        fold(text)
        for action in situation.memory.done(Purpose.FILL)
        for text in entered_texts(action.decision)
    }
    return [
        one
        for one in values
        if not isinstance(one.value, bool)
        and not _is_among(one, given)
        and not parts_entered(one, given, situation.today)
        and "://" not in one.text
    ]


def _is_among(one: PayloadValue, given: set[str]) -> bool:
    """Whether a value was entered, in whatever form the field wanted it."""
    return fold(one.text) in given or any(same_value(one.text, text) for text in given)


def entered_texts(decision: Decision) -> Iterator[str]:
    """What a decision put into a field."""
    match decision:
        case InputText(text=text):
            yield text
        case SelectOption():
            yield from (decision.label or "", decision.value or "")
        case _:
            return


def has_more_fields(situation: Situation) -> bool:
    """Whether the page has fields for values that were not entered yet: its next part came."""
    values = given_values(situation)
    left = not_entered(situation, values)
    return any(given in left for _, given in match_fields(situation, values))
