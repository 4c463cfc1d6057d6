"""Units in which pages and schemas give numbers: grams for a field that is called ``weight_kg``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.words import BRACKETED, fold

_BEHIND = re.compile(r"\d\s?([^\W\d_]{1,4})(?![^\W_])")


@dataclass(frozen=True)
class Unit:
    """A unit of measure: what it measures, and how many of the smallest one it is."""

    measures: str
    size: Decimal


@cache
def _units() -> dict[str, Unit]:
    listed = word_list("units")
    return {
        name: Unit(measures, Decimal(size))
        for measures, sizes in listed.items()
        for size, names in sizes.items()
        for name in names
    }


def unit_named(words: Sequence[str]) -> Unit | None:
    """The unit at the end of a field's name: ``weight kg``; a name of one word is none."""
    return _units().get(words[-1]) if len(words) > 1 else None


def unit_said(text: str, labels: Sequence[str]) -> Unit | None:
    """The unit right behind a number, else the one in brackets in what it is called."""
    behind = [_units().get(fold(one)) for one in _BEHIND.findall(text)]
    called = [_units().get(fold(one)) for label in labels for one in BRACKETED.findall(label)]
    return next((one for one in (*behind, *called) if one is not None), None)


def unit_sizes(word: str) -> Iterator[tuple[str, Decimal, frozenset[Decimal]]]:
    """What a unit measures, its size, and the sizes of all units of that measure."""
    unit = _units().get(word)
    if unit is not None:
        alike = (one.size for one in _units().values() if one.measures == unit.measures)
        yield unit.measures, unit.size, frozenset(alike)


def converted(number: Decimal, said: Unit | None, wanted: Unit | None) -> Decimal | None:
    """A number in another unit; ``None`` where that measures something else."""
    if said is None or wanted is None or said == wanted:
        return number
    return number * said.size / wanted.size if said.measures == wanted.measures else None
