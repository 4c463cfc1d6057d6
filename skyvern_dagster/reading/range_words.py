"""The words of ranges of days, as the vocabulary lists them."""

from __future__ import annotations

import re
from functools import cache

from skyvern_dagster.reading.concepts import word_list


@cache
def start_words() -> frozenset[str]:
    """Words in the names of parameters and fields that begin a range."""
    return frozenset(word_list("ranges")["start"])


@cache
def end_words() -> frozenset[str]:
    """Words in the names of parameters and fields that end a range."""
    return frozenset(word_list("ranges")["end"])


@cache
def either(name: str) -> str:
    """A pattern for one of the words of a list."""
    return "|".join(map(re.escape, word_list("ranges")[name]))
