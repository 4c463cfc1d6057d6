"""Texts that hold a value between two fixed ones, and what such a value looks like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skyvern_dagster.reading.notation import PageSnapshot, TextNotation
from skyvern_dagster.reading.words import flat

_NUMBER = re.compile(r"[-+−]?\d[\d.,'’\s]*")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_NOTHING = frozenset(
    {"n/a", "na", "none", "null", "nil", "tbd", "unknown", "k.a.", "keine", "nicht verfügbar"}
)
"""What pages write where there is no value."""


def look_of(text: str) -> PageSnapshot | None:
    """What a text looks like; ``None`` for one that stands for nothing (``-``, ``n/a``)."""
    plain = flat(text)
    if not re.search(r"\w", plain) or plain.casefold() in _NOTHING:
        return None
    if _DATE.fullmatch(plain):
        return "date"
    if _NUMBER.fullmatch(plain):
        return "number"
    return "code" if re.search(r"\d", plain) and " " not in plain else "words"


def learn_text(texts: Sequence[str], values: Sequence[object]) -> TextNotation | None:
    """The form in which each value stands in its text, if there is one for all."""
    around = set()
    looks = set()
    for text, value in zip(texts, values, strict=True):
        if not isinstance(value, str) or (kind := look_of(value)) is None:
            return None
        plain = flat(value)
        if text.count(plain) != 1:
            return None
        before, _, after = text.partition(plain)
        if not (_apart(before, plain) and _apart(plain, after)):
            return None
        around.add((before, after))
        looks.add(kind)
    if len(around) != 1:
        return None
    before, after = around.pop()
    return TextNotation(before=before, after=after, looks=tuple(sorted(looks)))


def read_text(form: TextNotation, text: str) -> str:
    """The value in a text.

    Raises:
        ValueError: The text is of another form.
    """
    if not text.startswith(form.before) or not text.endswith(form.after):
        raise ValueError(f"{text!r} isn't of the form {form.before + '…' + form.after!r}")
    value = text.removeprefix(form.before)
    value = value.removesuffix(form.after) if form.after else value
    if look_of(value) not in form.looks or value != value.strip():
        raise ValueError(f"{value!r} doesn't look like the values that were seen")
    return value


def _apart(left: str, right: str) -> bool:
    """Whether a word ends between two texts."""
    return not (left and right and left[-1].isalnum() and right[0].isalnum())
