"""Months that a text names: in words of any language that we read, or in numbers."""

from __future__ import annotations

import re

from skyvern_dagster.reading.date_readers import month_numbers, month_words
from skyvern_dagster.reading.words import fold_in_place

_MONTHS = 12
"""Of a year."""


def months_in(text: str) -> frozenset[tuple[int, int]]:
    """Years and months that a text names: ``April 2024``."""
    plain = fold_in_place(text)
    pattern = rf"(?<![^\W_])({month_words()})\.?\s+(?:de\s+|del\s+)?((?:19|20)\d{{2}})(?!\d)"
    return frozenset((int(one[2]), month_numbers()[one[1]]) for one in re.finditer(pattern, plain))


def names_month(text: str, month: int) -> bool:
    """Whether a text names a month, of whatever year."""
    pattern = rf"(?<![^\W_])({month_words()})(?![^\W_])"
    return any(
        month_numbers()[one[1]] == month for one in re.finditer(pattern, fold_in_place(text))
    )


def month_match(text: str) -> tuple[re.Match[str], tuple[int | None, int]] | None:
    """The month that a text names first, and where; its year may be missing."""
    pattern = (
        rf"(?<![^\W_])({month_words()})(?![^\W_])\.?(?:\s+(?:de\s+|del\s+)?((?:19|20)\d{{2}}))?"
    )
    match = re.search(pattern, fold_in_place(text))
    if match is None:
        return _numeric_month(text)
    return match, (int(match[2]) if match[2] else None, month_numbers()[match[1]])


def _numeric_month(text: str) -> tuple[re.Match[str], tuple[int | None, int]] | None:
    """A month in numbers: ``2024-04``, ``04/2024``."""
    match = re.search(r"(?<![\w/.-])(?:(20\d{2})-(\d{2})|(\d{1,2})/(20\d{2}))(?![\w/-])", text)
    if match is None:
        return None
    year, month = int(match[1] or match[4]), int(match[2] or match[3])
    return (match, (year, month)) if 1 <= month <= _MONTHS else None
