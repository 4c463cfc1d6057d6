"""Values as a field of a form writes them, and whether what a field holds is what was asked for.

A field may write a value in its own way: a date as ``04/15/2024``, an amount with separators, a
telephone number with brackets. That is the same value; anything else is another.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from skyvern_dagster.reading.amounts import find_amounts, number_value
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.words import fold

_ANY_DAY = date(2000, 1, 1)
_NUMBER = re.compile(r"[-−–+]?\s?\d[\d.,'\s\u00a0\u202f\u2009]*")
_UNITS = re.compile(r"^[^\w.,+−–-]+|[^\w.,]+$")
"""Signs around a number (``€ 12.50``, ``12 %``); no minus."""
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::\d{2}(?:\.\d+)?)?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
_ANY_TIME = re.compile(
    r"(?<![\d:.,-])(\d{1,2})(?:[:.h]([0-5]\d))?\s*(?:([ap])\.?m\b|uhr\b|h\b)"
    r"|(?<![\d:.,-])(\d{1,2})[:h]([0-5]\d)(?![\d:])",
    re.IGNORECASE,
)
"""Times in a sentence: what has no colon, as `14h30`, needs a word that says so."""
_NOON = 12
"""Hour: ``12 am`` is midnight."""


def same_value(asked: str, held: str) -> bool:
    """Whether a field that was asked to hold a text holds it, in whatever form of its own."""
    one, other = fold(asked), fold(held)
    if one == other:
        return True
    if not one or not other:
        return False
    for reading in (_days, _times):
        if asked_for := reading(asked):
            return bool(asked_for & reading(held))
    numbers, held_numbers = _numbers(asked), _numbers(held)
    if numbers and (held_numbers or re.search(r"[.,]", asked)):
        return bool(numbers & held_numbers)
    return _letters(one) == _letters(other) != ""


def _letters(text: str) -> str:
    """Letters and digits alone: masks put brackets, spaces and hyphens between them."""
    return "".join(character for character in text if character.isalnum())


def _days(text: str) -> frozenset[object]:
    """All days that a text may mean, where it is nothing but a date."""
    found = find_dates(text, _ANY_DAY)
    if len(found) != 1 or found[0].yearless:
        return frozenset()
    rest = text[: found[0].start] + text[found[0].end :]
    if any(character.isdigit() for character in rest):
        return frozenset()
    days = (found[0].day_first, found[0].month_first)
    return frozenset(day for day in days if day is not None)


def _times(text: str) -> frozenset[object]:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return frozenset()
    hour = int(match[1])
    if match[3]:
        hour = hour % _NOON + (_NOON if match[3].lower() == "p" else 0)
    return frozenset({(hour, int(match[2]))})


def times_in(text: str) -> frozenset[tuple[int, int]]:
    """The times of day, as hour and minute, that a text names."""
    found = set()
    for match in _ANY_TIME.finditer(text):
        hour, minute = int(match[1] or match[4]), int(match[2] or match[5] or 0)
        if match[3]:
            hour = hour % _NOON + (_NOON if match[3].lower() == "p" else 0)
        found.add((hour, minute))
    return frozenset(found)


def _numbers(text: str) -> frozenset[object]:
    """All numbers that a text may mean, where it is nothing but a number and its unit."""
    plain = text.strip()
    money = find_amounts(plain)
    if len(money) == 1 and money[0].text == plain:
        plain = re.sub(r"[^\d.,'\s−–-]", "", plain)
    plain = _UNITS.sub("", plain).strip()
    digits = re.sub(r"[^\d.,]", "", plain)
    value = number_value(plain) if _NUMBER.fullmatch(plain) else None
    if value is None or re.match(r"0\d", digits):
        # A leading zero belongs to a code, which has no other form.
        return frozenset()
    readings: set[object] = {value}
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", digits):
        # `1.234` is more than a thousand to some fields, and little more than one to others.
        small = Decimal(digits.replace(",", "."))
        readings.add(-small if value < 0 else small)
    return frozenset(readings)
