"""Numbers as pages write them: separators and what stands around them are learnt, not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from skyvern_dagster.reading.notation import NumberNotation

_NUMBER = re.compile(r"\d[\d.,'’\s]*(?<!\s)")
_SEPARATORS = ((".", ","), (",", "."), (".", "'"), (".", "’"), (".", " "), (",", " "), (",", "'"))
"""Decimal sign and sign of thousands, as CLDR has them for the languages that we read and
Switzerland."""
_SAME = 1e-9
"""Two decimals of one written number can only differ by rounding of the float."""


def learn_number(texts: Sequence[str], values: Sequence[object]) -> NumberNotation | None:
    """The form in which all the numbers are written, if it is plain."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) != len(values) or any(isinstance(value, bool) for value in values):
        return None
    parts = [_apart(text) for text in texts]
    written = [part for part in parts if part is not None]
    if len(written) != len(texts):
        return None
    fitting = [
        (decimal, grouping)
        for decimal, grouping in _SEPARATORS
        if all(
            _equal(_read(number, decimal, grouping), value)
            for (_, number, _), value in zip(written, numbers, strict=True)
        )
    ]
    seen = {
        character for _, number, _ in written for character in number if not character.isdigit()
    }
    readings = {tuple(sign if sign in seen else "" for sign in pair) for pair in fitting}
    if len(readings) != 1:
        return None
    decimal, grouping = readings.pop()
    return NumberNotation(
        before=tuple(sorted({before for before, _, _ in written})),
        after=tuple(sorted({after for _, _, after in written})),
        decimal=decimal,
        grouping=grouping,
        whole=all(isinstance(value, int) for value in numbers),
    )


def read_number(form: NumberNotation, text: str) -> int | float:
    """The number in a text.

    Raises:
        ValueError: It is written in a way that wasn't seen, so that it could mean another.
    """
    part = _apart(text)
    if part is None or part[0] not in form.before or part[2] not in form.after:
        raise ValueError(f"{text!r} is no number between texts that were seen")
    readings = {_read(part[1], *pair) for pair in _possible(form)} - {None}
    if len(readings) != 1 or (number := readings.pop()) is None:
        raise ValueError(f"{text!r} can be read in no way, or in several")
    if not form.whole:
        return number
    if not number.is_integer():
        raise ValueError(f"{text!r} is no whole number, and all were")
    return int(number)


def _possible(form: NumberNotation) -> Iterator[tuple[str, str]]:
    for decimal, grouping in _SEPARATORS:
        if form.decimal in ("", decimal) and form.grouping in ("", grouping):
            yield decimal, grouping


def _apart(text: str) -> tuple[str, str, str] | None:
    """What stands before, the digits with their separators, and what stands after."""
    numbers = list(_NUMBER.finditer(text))
    if len(numbers) != 1:
        return None
    return text[: numbers[0].start()], numbers[0].group(), text[numbers[0].end() :]


def _read(number: str, decimal: str, grouping: str) -> float | None:
    whole = rf"\d{{1,3}}(?:{re.escape(grouping)}\d{{3}})+|\d+"
    match = re.fullmatch(rf"({whole})(?:{re.escape(decimal)}(\d+))?", re.sub(r"\s", " ", number))
    if match is None:
        return None
    return float(f"{match[1].replace(grouping, '')}.{match[2] or 0}")


def _equal(read: float | None, value: float) -> bool:
    return read is not None and abs(read - value) < _SAME
