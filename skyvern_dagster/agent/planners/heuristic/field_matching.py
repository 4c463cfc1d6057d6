"""Which field of a form asks for which value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.planners.heuristic.day_parts import day_parts
from skyvern_dagster.agent.planners.heuristic.field_entry import (
    PayloadValue,
    names_box,
    plain_choice,
)
from skyvern_dagster.agent.planners.heuristic.situation import (
    Situation,
)
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.field_fit import field_fit, takes_part_only
from skyvern_dagster.reading.words import fold, name_words, overlap, stems

_SAME_CHOICE = 0.8
"""A radio button's label that is the value with hardly a word more: all of the value's words, and
no more than two words in five of the label are others."""
_OTHER_CHOICE = 0.3
"""Below what a field needs (`MIN_MATCH`): the group's name fits, this button's doesn't."""
MIN_MATCH = 0.5
"""Half: all words of a fact's name in a label of any length (`overlap`), or a plain concept for
both. 0.4 and 0.65 do as well on the page tests."""


def match_fields(
    situation: Situation, values: list[PayloadValue]
) -> Iterator[tuple[Input, PayloadValue]]:
    """Pairs each field with the payload value that it asks for, the plainest pairs first."""
    fields = fields_of_one_form(situation, values)
    parts = list(day_parts(situation, fields, values))
    yield from parts
    used_fields = {field.ref for field, _ in parts}
    used_values = {given.name for _, given in parts}
    pairs = [
        (score, field, given)
        for field in fields
        for given in values
        if (score := _match(field, given)) and _is_of_group(field, given, fields)
    ]
    for score, field, given in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        if (
            score < MIN_MATCH
            or field.ref in used_fields
            or (given.name in used_values and field.node.role != "checkbox")
        ):
            continue
        used_fields.add(field.ref)
        used_values.add(given.name)
        yield field, given


def rival_fields(
    situation: Situation,
    values: list[PayloadValue],
    pairs: Sequence[tuple[Input, PayloadValue]],
) -> list[Input]:
    """Two fields that ask for a value alike, each with words of its own: whose phone is it?"""
    taken = {field.ref for field, _ in pairs}
    free = [one for one in fields_of_one_form(situation, values) if one.ref not in taken]
    for field, given in pairs:
        for other in free:
            told = _own_words(field, other), _own_words(other, field)
            if (
                field.is_text
                and other.is_text
                and all(told)
                and (_match(field, given) == _match(other, given))
            ):
                return [field, other]
    return []


def _own_words(field: Input, other: Input) -> frozenset[str]:
    own = stems(field.label) - stems(other.label)
    return own if not any(letter.isdigit() for word in own for letter in word) else frozenset()


def fields_of_one_form(situation: Situation, values: list[PayloadValue]) -> list[Input]:
    """The fields of the form that takes most of what is given: others are for something else."""
    return next(iter(forms_for(situation, values)), [])


def forms_for(situation: Situation, values: list[PayloadValue]) -> list[list[Input]]:
    """The fields of each form that takes as much as any of what is given.

    Of these, only those that the goal's words tell from the others, where they do.
    """
    view = situation.view
    forms: dict[int, tuple[Node, list[Input]]] = {}
    for field in view.inputs:
        if view.region(field.node) not in {"banner", "search", "contentinfo"}:
            form = view.form_of(field.node) or view.root
            forms.setdefault(id(form), (form, []))[1].append(field)

    def taken(fields: list[Input]) -> int:
        return sum(any(_match(field, given) >= MIN_MATCH for field in fields) for given in values)

    most = max((taken(fields) for _, fields in forms.values()), default=0)
    best = [one for one in forms.values() if taken(one[1]) == most]
    if len(best) == 1 or not most:
        return [fields for _, fields in best[:1]]
    said = stems(situation.intent.instructions)
    told = [said & stems(f"{_heading_of(situation, form)} {view.text(form)}") for form, _ in best]
    common = frozenset.intersection(*told)
    named = [fields for (_, fields), own in zip(best, told, strict=True) if own - common]
    return named or [fields for _, fields in best]


def _heading_of(situation: Situation, form: Node) -> str:
    """The heading that stands nearest above a form."""
    view = situation.view
    above = [
        one
        for one in view.nodes
        if one.role == "heading" and view.position(one) < view.position(form)
    ]
    return view.label(above[-1]) if above else ""


def _is_of_group(field: Input, given: PayloadValue, fields: list[Input]) -> bool:
    """Whether a value is for this one of several fields of one name, going by their groups.

    ``shipping_city`` isn't the city of a billing address; a bare ``city`` is of neither.
    """
    alike = [one for one in fields if fold(one.label) == fold(field.label)]
    groups = [stems(one.group) for one in alike]
    if len(set(groups)) == 1:
        return True
    telling = stems(field.group) - frozenset.intersection(*groups)
    return bool(telling & stems(" ".join(name_words(given.name))))


def _match(field: Input, given: PayloadValue) -> float:
    if names_box(field, given):
        return _SAME_CHOICE
    score = field_fit(given.name, field)
    if field.node.role == "radio":
        return _radio_match(field, given, score)
    return 0.0 if takes_part_only(given.name, field) else score


def _radio_match(field: Input, given: PayloadValue, score: float) -> float:
    """A radio button is meant when its own label is the value."""
    asked = overlap(" ".join(name_words(given.name)), field.group) >= MIN_MATCH
    if isinstance(given.value, bool):
        words_for = word_list("truths")["yes" if given.value else "no"]
        return _SAME_CHOICE if asked and fold(field.label) in words_for else 0.0
    same = (
        fold(given.text) in {fold(field.label), plain_choice(field.label)}
        or overlap(given.text, field.label) >= _SAME_CHOICE
    )
    return _SAME_CHOICE if same else min(score, _OTHER_CHOICE)
