"""Doing what a goal spells out, one instruction a step, where the page leaves no doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, assert_never

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    Decision,
    Drag,
    InputText,
    SelectOption,
)
from skyvern_dagster.agent.decisions import (
    Press as PressKey,
)
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.click_effect import awaited_text
from skyvern_dagster.agent.planners.heuristic.complaints import complaint, open_question
from skyvern_dagster.agent.planners.heuristic.day_fields import day_entries, outside
from skyvern_dagster.agent.planners.heuristic.instructions import (
    Accept,
    Choose,
    Instruction,
    Key,
    Move,
    Narrow,
    Press,
    Send,
    Visit,
    Write,
    sequence_of,
)
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    act,
    complete,
    unsure,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.amounts import number_value
from skyvern_dagster.reading.concepts import FAIRLY, concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.date_format import DAY_TYPES, day_as_field_writes
from skyvern_dagster.reading.date_window import DateWindow, date_window
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.words import ALIKE, clip, fold, overlap, stems

_TICKED = frozenset({"checkbox", "switch", "menuitemcheckbox"})
_MOST_CLICKS = 6
"""A page is three clicks away (account, menu, page); twice as many allow for a wrong turn."""
_CHOSEN = frozenset({"combobox", "listbox"})
_Named = TypeVar("_Named", bound=Control | Input)


def follow_instructions(situation: Situation) -> Plan | None:
    """The next instruction of a goal that spells out more than clicks; ``None`` for other goals.

    A goal in which a part can't be done here, or in several ways, is left to others.
    """
    instructions = sequence_of(situation.intent.instructions)
    if not instructions:
        return None
    acting = [index for index, one in enumerate(instructions) if not isinstance(one, Visit)]
    done = len(situation.memory.done(Purpose.INSTRUCTION))
    following = acting[done] if done < len(acting) else len(instructions)
    before = acting[done - 1] + 1 if done else 0
    for one in instructions[before:following]:
        if isinstance(one, Visit) and (plan := _towards(one.place, situation)):
            return plan
    if following == len(instructions):
        return _all_done(instructions, situation)
    if situation.memory.in_a_row(Purpose.INSTRUCTION) - done > 1:
        return _not_clear(instructions[following])
    nothing_more = following + 1 == len(instructions) or not isinstance(
        instructions[following + 1], Press | Send | Key
    )
    decisions = _decisions(instructions[following], situation, alone=nothing_more)
    if not decisions:
        return _not_clear(instructions[following])
    why = f"Instruction: {instructions[following]}"
    meant = decisions[-1].model_copy(update={"reasoning": why, "purpose": Purpose.INSTRUCTION})
    return act([*decisions[:-1], meant], why, SURE)


def _not_clear(instruction: Instruction) -> Plan:
    return unsure(f"It isn't clear on this page how to do this part of the goal: {instruction}")


def _all_done(instructions: Sequence[Instruction], situation: Situation) -> Plan | None:
    for one in instructions:
        if isinstance(one, Narrow) and (row := outside(situation, _window(one, situation))):
            return unsure(f'The list is not filtered: it still shows "{clip(row, 100)}"')
    if situation.intent.extracts:
        return None
    if situation.memory.last_click_did_nothing:
        return unsure(f"The last click shows no effect on {situation.url}")
    if plan := awaited_text(situation):
        return plan
    if told := complaint(situation) or open_question(situation):
        return unsure(f'All was done that was asked for, and {situation.url} says "{told}"')
    if told := _changed_back(instructions, situation):
        return unsure(told)
    return complete(f"Did all that was asked for: {situation.intent.instructions}", LIKELY)


def _changed_back(instructions: Sequence[Instruction], situation: Situation) -> str:
    """A field that was to be changed and shows something else now, in words."""
    for one in instructions:
        if not isinstance(one, Write) or not one.lasting:
            continue
        fields = [each for each in situation.view.inputs if each.is_text and not each.is_password]
        field = _only(one.field, fields)
        held = field.node.value if field is not None else ""
        if held and not same_value(one.value, held):
            return f'{field} on {situation.url} still holds "{clip(held, 60)}"'
    return ""


def _towards(place: str, situation: Situation) -> Plan | None:
    """The next click towards a page; ``None`` once it is there, or where no way leads on."""
    here = situation.view.main_headings
    page = situation.intent.target
    if any(overlap(place, text) >= ALIKE for text in here) or (
        page and any(concept(page).score(text) >= FAIRLY for text in here)
    ):
        return None
    if len(situation.memory.purposes(Purpose.NAVIGATE)) >= _MOST_CLICKS:
        return None
    return go_to(situation, (page,) if page else (), place)


def _window(instruction: Narrow, situation: Situation) -> DateWindow:
    return date_window(instruction.text, situation.goal.payload, situation.today, periods=True)


def _decisions(
    instruction: Instruction, situation: Situation, *, alone: bool
) -> Sequence[Decision]:
    if isinstance(instruction, Narrow):
        return day_entries(situation, _window(instruction, situation), apply=alone)
    decision = _decision(instruction, situation)
    return () if decision is None else (decision,)


def _decision(instruction: Instruction, situation: Situation) -> Decision | None:
    match instruction:
        case Write():
            return _written(instruction, situation)
        case Choose():
            return _chosen(instruction, situation)
        case Accept(what, ticked):
            return _accepted(what, situation, ticked=ticked)
        case Press(label, double, right):
            return _pressed(label, situation, double=double, right=right)
        case Move(what, onto):
            one, other = _thing(what, situation), _thing(onto, situation)
            return Drag(ref=one, to_ref=other) if one and other else None
        case Key(key):
            return PressKey(key=key)
        case Send(verb):
            return _sent(verb, situation)
        case Visit() | Narrow():
            return None
        case _:
            assert_never(instruction)


def _written(instruction: Write, situation: Situation) -> Decision | None:
    fields = [field for field in situation.view.inputs if field.is_text and not field.is_password]
    field = _only(instruction.field, fields)
    if field is None:
        return None
    value = instruction.value
    if field.node.input_type in DAY_TYPES and (days := find_dates(value, situation.today)):
        day = days[0].day_first or days[0].month_first
        if day is None or days[0].ambiguous:
            return None
        value = day_as_field_writes(day, field.node, field.label, situation.lang)
    if field.node.input_type == "number" and (number := number_value(value)) is not None:
        value = str(number)
    return InputText(ref=field.ref, text=value)


def _chosen(instruction: Choose, situation: Situation) -> Decision | None:
    view = situation.view
    if field := _only(
        instruction.field, [each for each in view.inputs if each.node.role in _CHOSEN]
    ):
        return SelectOption(ref=field.ref, label=instruction.value)
    if radio := _only(
        instruction.value, [each for each in view.inputs if each.node.role == "radio"]
    ):
        return Check(ref=radio.ref)
    if opener := _only(instruction.field, [each for each in view.controls if not each.url]):
        return SelectOption(ref=opener.ref, label=instruction.value)
    return None


def _accepted(what: str, situation: Situation, *, ticked: bool) -> Decision | None:
    view = situation.view
    named: tuple[Control | Input, ...] = (*view.inputs, *view.controls)
    boxes = [each for each in named if each.node.role in _TICKED]
    box = _only(what, boxes)
    if box is None and ticked:
        saying = [each for each in boxes if concept("verb.accept").mentioned(each.label)]
        box = saying[0] if len(saying) == 1 else None
    return Check(ref=box.ref, checked=ticked) if box else None


def _pressed(label: str, situation: Situation, *, double: bool, right: bool) -> Decision | None:
    ref = _thing(label, situation)
    named = None if ref else _only(label, situation.view.controls)
    if named is not None and not (double or right):
        ref = named.ref
    if not ref:
        return None
    return Click(ref=ref, button="right" if right else "left", count=2 if double else 1)


def _thing(name: str, situation: Situation) -> str:
    """Ref of the only thing that is called exactly this, a control or not."""
    wanted = fold(name)
    named = [
        node
        for node in situation.view.nodes
        if node.ref and wanted in (fold(node.name), fold(node.text), fold(node.full_text))
    ]
    # A wrapper around the thing reads the same.
    innermost = [
        node
        for node in named
        if not any(node is not other and situation.view.holds(node, other) for other in named)
    ]
    return str(innermost[0].ref) if len(innermost) == 1 else ""


def _sent(verb: str, situation: Situation) -> Decision | None:
    buttons = [each for each in situation.view.controls if each.node.role == "button"]
    button = _only(verb, buttons) if verb else None
    if button is None:
        sending = [each for each in buttons if concept("form.submit").score(each.label) >= ALIKE]
        button = sending[0] if len(sending) == 1 else None
    return Click(ref=button.ref) if button else None


def _only(name: str, among: Sequence[_Named]) -> _Named | None:
    """The one that is called most like this; ``None`` where none is, or several are."""
    scored = [
        (max(overlap(name, each.label), overlap(each.label, name)), fold(name) == fold(each.label))
        for each in among
    ]
    best = max(scored, default=(0.0, False))
    if best[0] < ALIKE or scored.count(best) != 1:
        return None
    rivals = [one for one in among if stems(name) <= stems(one.label)]
    if len(rivals) > 1 and not best[1]:
        return None  # `notifications` are those by e-mail, and those by SMS
    return among[scored.index(best)]
