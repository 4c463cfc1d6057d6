"""What is put into a field for a value, in the field's own form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from skyvern_dagster.agent.decisions import (
    Check,
    Decision,
    InputText,
    SelectOption,
    UploadFile,
)
from skyvern_dagster.agent.planners.heuristic.situation import (
    Situation,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.amounts import number_value
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.date_format import DAY_TYPES, day_as_field_writes
from skyvern_dagster.reading.dates import find_dates, parse_date
from skyvern_dagster.reading.units import converted, unit_named, unit_said
from skyvern_dagster.reading.words import fold, name_words, stems

_BOXES = frozenset({"checkbox", "switch"})
_DRAWN = frozenset({"listbox", "combobox"})
_LONGEST_DATE = 30
"""Characters: `Wednesday, 25 September 2024` has 28; a longer text is about something else, too."""
_BESIDE = re.compile(r"\([^()]*\)|[-+]?\s?[€$£]?\s?\d+[.,]\d{2}\s?(?:€|[A-Z]{3}\b)?")
"""Brackets and prices."""
_BRACKETS = re.compile(r"\([^()]*[^\W\d_]{4,}[^()]*\)")
"""Those that hold words; currencies have three letters."""
_PARTS = re.compile(r"\s+[–—|-]\s+|:\s+")
"""Between what an option is called twice: `A-12 – Lamp`."""
_ANY_DAY = date(2000, 1, 1)
_THOUSANDS_OR_NOT = re.compile(r"\d{1,3}[.,]\d{3}")
"""More than a thousand, or little more than one: a field for numbers shows only one of them."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class PayloadValue:
    """One value of the payload with its name.

    Attributes:
        whole: What this is a part of: of a day, its month.
    """

    name: str
    value: Any
    whole: PayloadValue | None = None

    @property
    def text(self) -> str:
        """What is typed."""
        return str(self.value)


def can_take(field: Input, given: PayloadValue) -> bool:
    """Whether a field has a place for a value: another option isn't put in its place."""
    if names_box(field, given):
        return True
    if field.node.role in _BOXES:
        # `Don't send me news` is ticked for the opposite of `news`.
        opposite = _denies(field.label) is not _denies(" ".join(name_words(given.name)))
        return truth(given) is not None and not opposite
    if field.node.input_type in DAY_TYPES and any(
        one.ambiguous for one in find_dates(given.text, _ANY_DAY)
    ):
        return False
    if (
        field.node.input_type == "number"
        and isinstance(given.value, str)
        and (_THOUSANDS_OR_NOT.fullmatch(given.text.strip()))
    ):
        return False
    if field.node.input_type == "number" and number_value(given.text) is not None:
        return _in_unit(field, given) is not None
    if field.is_text and _is_in_another_unit(field, given):
        return False
    listed = field.node.options and field.node.tag == "select"
    return not listed or bool(_option(field, given))


def plain_choice(label: str) -> str:
    """What a choice is called, without its price and what stands in brackets."""
    return fold(_BESIDE.sub(" ", label))


def names_box(field: Input, given: PayloadValue) -> bool:
    """Whether a value is one of several boxes of a group, by what it is called."""
    spoken = " ".join(name_words(given.name))
    return (
        field.node.role in _BOXES
        and isinstance(given.value, str)
        and fold(field.label) == fold(given.text)
        and bool(stems(spoken) & stems(field.group))
    )


def _denies(text: str) -> bool:
    return bool(set(fold(text).split()) & set(word_list("negations")))


def entry_for(situation: Situation, field: Input, given: PayloadValue) -> Decision | None:
    """What enters a value into a field; ``None`` where it is there already."""
    why = f"Fill: {field} takes {given.name}"
    node = field.node
    if node.role in _BOXES:
        checked = names_box(field, given) or bool(truth(given))
        return Check(ref=field.ref, checked=checked, reasoning=why, purpose=Purpose.FILL)
    if node.role == "radio":
        return Check(ref=field.ref, reasoning=why, purpose=Purpose.FILL)
    option = _option(field, given) if node.options else ""
    listed = node.role in _DRAWN or node.attributes.get("aria-autocomplete") == "list"
    chosen = any(one.selected and one.label == option for one in node.options)
    if node.tag == "select" and chosen and not given.whole:
        return None  # The parts of a day are set together: what they are is remembered.
    if option or (listed and not _shows_no_option(situation, field)):
        label = option or given.text
        return SelectOption(ref=field.ref, label=label, reasoning=why, purpose=Purpose.FILL)
    if node.input_type == "file":
        return UploadFile(ref=field.ref, path=given.text, reasoning=why, purpose=Purpose.FILL)
    if node.value and fold(node.value) == fold(given.text):
        return None
    return InputText(
        ref=field.ref, text=typed_text(situation, field, given), reasoning=why, purpose=Purpose.FILL
    )


def _shows_no_option(situation: Situation, field: Input) -> bool:
    """Whether a field that may suggest something had nothing to suggest: it takes any text."""
    return field.is_text and any(
        isinstance(action.decision, SelectOption)
        and action.decision.ref == field.ref
        and not action.result.ok
        for _, action in situation.memory.actions
    )


def truth(given: PayloadValue) -> bool | None:
    """Whether a box is to be ticked; ``None`` where the value says neither."""
    if isinstance(given.value, bool):
        return given.value
    said, truths = fold(given.text), word_list("truths")
    return True if said in truths["yes"] else False if said in truths["no"] else None


def _is_in_another_unit(field: Input, given: PayloadValue) -> bool:
    """Whether a text says another unit than its field: what is typed there is read in its own."""
    said, wanted = unit_said(given.text, ()), unit_said("", (field.label,))
    return None not in (said, wanted) and said != wanted


def _in_unit(field: Input, given: PayloadValue) -> Decimal | None:
    """A number in the unit that its field is in; ``None`` where it's none, or of another kind."""
    number = number_value(given.text)
    said = unit_said(given.text, ()) or unit_named(name_words(given.name))
    return None if number is None else converted(number, said, unit_said("", (field.label,)))


def _option(field: Input, given: PayloadValue) -> str:
    """The label of the option that is meant; empty where none is, or several are."""
    wanted = fold(given.text)
    same = [one for one in field.node.options if fold(one.label) == wanted]
    if len(same) > 1:
        return ""
    for option in field.node.options:
        if wanted in {fold(option.label), fold(option.value)}:
            return "" if _is_gone(option.label, given) else option.label
    labels = [one.label for one in field.node.options if not _is_gone(one.label, given)]
    coded = [one for one in labels if wanted in map(fold, _PARTS.split(one))]
    if len(coded) == 1:
        return coded[0]
    alike = [one for one in labels if _says_the_same(field, given, one)]
    # What stands in brackets tells Frankfurt (Oder) from another one.
    rivals = [one for one in labels if stems(given.text) <= stems(one)]
    told = any(_BRACKETS.search(one) for one in alike)
    return alike[0] if len(alike) == 1 and not (told and len(rivals) > 1) else ""


def _is_gone(option: str, given: PayloadValue) -> bool:
    """Whether an option says that it can't be had any more: `French (full)`."""
    gone = concept("form.gone")
    return gone.mentioned(option) and not gone.mentioned(given.text)


def _says_the_same(field: Input, given: PayloadValue, option: str) -> bool:
    """Whether an option and a value differ only by what the field is called, a price, brackets.

    `Express (+5.00)` is `Express`; `Pro Plus` isn't `Pro`, and `Austria` isn't `Austria-Hungary`.
    """
    one, other = (stems(_BESIDE.sub(" ", text)) for text in (option, given.text))
    named = stems(f"{field.label} {field.hints} {' '.join(name_words(given.name))}")
    return bool(one & other) and one ^ other <= named


def typed_text(situation: Situation, field: Input, given: PayloadValue) -> str:
    """The text as the field wants it: dates and amounts in its own format."""
    node = field.node
    if node.input_type == "number" and (number := _in_unit(field, given)) is not None:
        return f"{number.normalize():f}"
    dated = "date" in f"{given.name} {node.input_type}" or node.input_type == "month"
    dated = dated or _ISO_DAY.fullmatch(given.text) is not None
    day = (
        parse_date(given.text, situation.today)
        if len(given.text) <= _LONGEST_DATE and dated
        else None
    )
    if day is None:
        return given.text
    return day_as_field_writes(day, node, field.label, situation.lang)
