"""Columns that are called alike but for a year, month, number, currency or the band above them.

``2023 / Net`` and ``2024 / Net`` hold the same kind of value of two years: which one is meant has
to be told by the field, or isn't known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from skyvern_dagster.reading.amounts import is_currency
from skyvern_dagster.reading.date_readers import month_numbers
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.words import name_words, stem, stems, words

BAND = " / "
"""Between the name of a column and the one above it."""

LabelScore = Callable[[FieldSpec, str], float]
"""How plainly a label names a field."""


def is_told(
    field: FieldSpec, column: str, columns: Sequence[str], score: LabelScore
) -> bool | None:
    """Whether a column is the one of several alike that a field means; ``None``: nothing tells.

    Args:
        field: What is asked for.
        column: One that fits it.
        columns: All of the table.
        score: By which bands of words are compared (`Ordered / Date` for an order's date).
    """
    core, own = _parts(column)
    others = [other for other in columns if _is_alike(core, own, other)] if own else []
    if not others:
        return True
    said = stems(" ".join((*name_words(field.name), field.description)))
    if (said & own) - core:
        return not any(said & own <= _parts(other)[1] & said for other in others)
    if any((said & _parts(other)[1]) - core for other in others):
        return False
    mine, best = score(field, column), max(score(field, other) for other in others)
    return None if mine == best else mine > best


def _is_alike(core: frozenset[str], own: frozenset[str], other: str) -> bool:
    its_core, its_own = _parts(other)
    return its_core == core and bool(its_own) and its_own != own


@lru_cache(maxsize=4096)
def _parts(column: str) -> tuple[frozenset[str], frozenset[str]]:
    """The stems of what a column holds, and of what tells it from others of the kind."""
    band, _, name = column.rpartition(BAND)
    said = words(name)
    telling = {stem(word) for word in said if _is_period(word)}
    core = frozenset(stem(word) for word in said) - telling
    return core, frozenset(telling) | (stems(band) - core)


def _is_period(word: str) -> bool:
    return (
        any(letter.isdigit() for letter in word)
        or word in month_numbers()
        or is_currency(word.upper())
    )
