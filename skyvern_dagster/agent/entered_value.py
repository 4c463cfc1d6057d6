"""What a decision puts into a field, and whether it is a given value in another form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from skyvern_dagster.agent.decisions import Decision, InputText, SelectOption, TypeKeys
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.date_format import day_as_field_writes
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.words import fold, words

SAME_END = 6
"""Digits of a telephone number that are dialled from everywhere."""
_ANY_DAY = date(2000, 1, 1)
_SPELT_OUT = re.compile(r"([aou])e")
"""How who can't type an umlaut writes what `fold` makes a plain vowel of."""


def entered_texts(decision: Decision) -> Iterator[str]:
    """What a decision puts into a field, or chooses there."""
    match decision:
        case InputText(text=text) | TypeKeys(text=text):
            yield text
        case SelectOption():
            yield from filter(None, (*decision.labels, decision.label, decision.value))
        case _:
            return


def is_number(text: str) -> bool:
    """Whether a text is nothing but a number, without a unit that may stand for another one."""
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def ends_alike(text: str, wanted: str) -> bool:
    """Whether the end of a telephone number is the same: the beginning depends on who dials."""
    one, other = (re.sub(r"\D", "", each)[-SAME_END:] for each in (text, wanted))
    return len(one) == SAME_END and one == other and not re.search(r"[.,]\d", text + wanted)


def holds_words(text: str, value: str) -> bool:
    """Whether one of two texts holds all words of the other: a part, or a value with its unit."""
    one, other = set(words(text)), set(words(value))
    return bool(one and other) and (one <= other or other <= one)


def is_transliterated(text: str, value: str) -> bool:
    """Whether a value is written without what its letters have above them: `Mueller`, `MULLER`."""
    one, other = (_SPELT_OUT.sub(r"\1", fold(each)) for each in (text, value))
    return same_value(one, other)


def is_day(text: str) -> bool:
    """Whether a text is a day and nothing else."""
    return any(not text[: one.start].strip() and not text[one.end :].strip()
               for one in find_dates(text, _ANY_DAY))  # fmt: skip


def is_day_of(text: str, wanted: str, place: Input) -> bool:
    """Whether a day is the wanted one, in the order in which the field says that it takes days."""
    if not same_value(wanted, text):
        return False
    days = [day for one in find_dates(wanted, _ANY_DAY) for day in one.days]
    if len(days) != 1:
        return True
    written = {day_as_field_writes(days[0], place.node, place.label, each) for each in ("", "en")}
    said = day_as_field_writes(days[0], place.node, place.label)
    tells = len(written) == 1 and said != days[0].isoformat()
    return (
        not tells
        or re.findall(r"\d+", said) == re.findall(r"\d+", text)
        or not _swapped(said, text)
    )


def _swapped(said: str, text: str) -> bool:
    """Whether two texts have the same numbers in another order."""
    one, other = ([int(each) for each in re.findall(r"\d+", each)] for each in (said, text))
    return one != other and sorted(one) == sorted(other)
