"""Choices that a form stands on and nobody asked for: sent so, they may make something else of it.

Whether a gift is made once or monthly, from which account a bill is paid: the goal says it, or it
can't be known. What says something of the person alone (a language, a title) is left as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.decisions import Check, SelectOption
from skyvern_dagster.agent.planners.heuristic.field_entry import PayloadValue
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import PARTLY, concept
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.date_format import DAY_TYPES
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.words import clip, stems

_PLAIN = frozenset({"0", "1"})
"""Numbers that a form begins with and that say nothing: one of what is ordered."""
_LEAST_OPTIONS = 2
"""A list of one leaves no choice."""


def unasked_choice(situation: Situation, pairs: Sequence[tuple[Input, PayloadValue]]) -> str:
    """A choice of the form that was made by the page, in words; empty where none matters."""
    if not pairs or concept("goal.change").mentioned(situation.intent.instructions):
        return ""  # what is changed stands as it was saved
    said = stems(situation.intent.instructions) | frozenset(
        stem for _, given in pairs for stem in stems(given.text)
    )
    for field, chosen in _preset(situation, pairs):
        called = f"{field.group} {field.label}" if field.node.role == "radio" else field.label
        if not stems(chosen) <= said and concept("preset.of_person").score(called) < PARTLY:
            stands = f'{field} of the form on {situation.url} stands on "{clip(chosen, 40)}"'
            return f"{stands}, and nobody asked for it"
    return ""


def _preset(
    situation: Situation, pairs: Sequence[tuple[Input, PayloadValue]]
) -> Iterator[tuple[Input, str]]:
    """Fields of the form that stand on a choice, and weren't set by the task."""
    view = situation.view
    form = view.form_of(pairs[0][0].node) or view.root
    set_ = {field.ref for field, _ in pairs} | set(_chosen(situation))
    fields = view.inputs_in(form)
    groups = {field.group for field in fields if field.node.role == "radio" and field.ref in set_}
    for field in fields:
        if field.ref in set_:
            continue
        if field.node.role == "radio" and field.node.checked and field.group not in groups:
            yield field, field.label
        if field.node.role == "checkbox" and field.node.checked:
            yield field, field.label
        real = [one for one in field.node.options if one.value and one.label.strip()]
        selected = [one for one in real if one.selected]
        if field.node.tag == "select" and len(real) >= _LEAST_OPTIONS and len(selected) == 1:
            yield field, selected[0].label
        if _is_preset(field, situation):
            yield field, field.node.value


def _is_preset(field: Input, situation: Situation) -> bool:
    """Whether a field of numbers or days holds one that says how many, or when."""
    value, kind = field.node.value, field.node.input_type
    if kind == "number":
        return bool(value) and value not in _PLAIN
    if kind not in DAY_TYPES or not value or value == str(situation.today):
        return False
    said = find_dates(situation.intent.instructions, situation.today)
    return not any(same_value(value, str(day)) for one in said for day in one.days)


def _chosen(situation: Situation) -> Iterator[str]:
    for action in situation.memory.done(Purpose.FILL):
        if isinstance(action.decision, Check | SelectOption):
            yield action.decision.ref
