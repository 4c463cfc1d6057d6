"""Words that say which one in order is meant, or how many."""

from __future__ import annotations

from functools import cache

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.words import fold


def ordinal(word: str) -> int:
    """Which one in order a word says (``third``: 3); 0 where it says none."""
    return _ordinals().get(fold(word).strip(".,;:"), 0)


@cache
def _ordinals() -> dict[str, int]:
    listed = word_list("items")["ordinals"]
    return {word: int(number) for number, words in listed.items() for word in words}


@cache
def numbers_in_words() -> dict[str, int]:
    """Small numbers by their folded names: ``{"two": 2}``."""
    listed = word_list("calendar")["numbers"]
    return {word: int(number) for number, words in listed.items() for word in words}
