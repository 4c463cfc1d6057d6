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
from skyvern_dagster.agent.planners.heuristic.instructions import (
    Accept,
    Choose,
    Instruction,
    Key,
    Move,
    Press,
    Send,
    Write,
    instructions_of,
)
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    act,
    complete,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.words import fold, overlap

_ALIKE = 0.6
"""All words of a name in a label five times as long, or most of them alone (`overlap`)."""
_TICKED = frozenset({"checkbox", "switch", "menuitemcheckbox"})
_CHOSEN = frozenset({"combobox", "listbox"})
_Named = TypeVar("_Named", Control, Input)


def follow_instructions(situation: Situation) -> Plan | None:
    """The next instruction of a goal that spells out more than clicks; ``None`` for other goals.

    Also ``None`` where the page has nothing, or several things, that an instruction can mean.
    """
    instructions = instructions_of(situation.intent.instructions)
    if all(isinstance(each, Press) and not (each.double or each.right) for each in instructions):
        return None
    done = len(situation.memory.done(Purpose.INSTRUCTION))
    if done >= len(instructions):
        return complete(f"Did all that was asked for: {situation.intent.instructions}", LIKELY)
    if situation.memory.in_a_row(Purpose.INSTRUCTION) - done > 1:
        return None
    decision = _decision(instructions[done], situation)
    if decision is None:
        return None
    why = f"Instruction: {instructions[done]}"
    meant = decision.model_copy(update={"reasoning": why, "purpose": Purpose.INSTRUCTION})
    return act([meant], why, SURE)


def _decision(instruction: Instruction, situation: Situation) -> Decision | None:
    match instruction:
        case Write():
            return _written(instruction, situation)
        case Choose():
            return _chosen(instruction, situation)
        case Accept(what):
            return _accepted(what, situation)
        case Press(label, double, right):
            return _pressed(label, situation, double=double, right=right)
        case Move(what, onto):
            one, other = _thing(what, situation), _thing(onto, situation)
            return Drag(ref=one, to_ref=other) if one and other else None
        case Key(key):
            return PressKey(key=key)
        case Send(verb):
            return _sent(verb, situation)
        case _:
            assert_never(instruction)


def _written(instruction: Write, situation: Situation) -> Decision | None:
    fields = [field for field in situation.view.inputs if field.is_text and not field.is_password]
    field = _only(instruction.field, fields)
    if field is None:
        return None
    value = instruction.value
    if field.node.input_type == "date" and (days := find_dates(value, situation.today)):
        day = days[0].day_first or days[0].month_first
        value = day.isoformat() if day else value
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


def _accepted(what: str, situation: Situation) -> Decision | None:
    boxes = [each for each in situation.view.inputs if each.node.role in _TICKED]
    box = _only(what, boxes)
    if box is None:
        saying = [each for each in boxes if concept("verb.accept").mentioned(each.label)]
        box = saying[0] if len(saying) == 1 else None
    return Check(ref=box.ref) if box else None


def _pressed(label: str, situation: Situation, *, double: bool, right: bool) -> Decision | None:
    ref = _thing(label, situation)
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
        sending = [each for each in buttons if concept("form.submit").score(each.label) >= _ALIKE]
        button = sending[0] if len(sending) == 1 else None
    return Click(ref=button.ref) if button else None


def _only(name: str, among: Sequence[_Named]) -> _Named | None:
    """The one that is called most like this; ``None`` where none is, or several are."""
    scored = [
        (max(overlap(name, each.label), overlap(each.label, name)), fold(name) == fold(each.label))
        for each in among
    ]
    best = max(scored, default=(0.0, False))
    if best[0] < _ALIKE or scored.count(best) != 1:
        return None
    return among[scored.index(best)]
