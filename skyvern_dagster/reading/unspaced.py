"""Texts of languages that put nothing between words: what is left when all known words are gone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from skyvern_dagster.reading.concepts import concepts, word_list

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
"""Kana and Han."""
_KNOWN = ("goal.", "verb.", "doc.", "page.", "field.", "limit.", "nav.")
"""Concepts whose words a goal is made of."""


def unknown_rest(text: str) -> str:
    """The first part of a goal that no word is known of; empty where all of it is understood."""
    rest = _known().sub(" ", text)
    found = UNSPACED.search(rest)
    return found.group() if found else ""


def named_unspaced(text: str, listed: Sequence[str]) -> bool:
    """Whether a text has one of some words, of those that have no edges."""
    return any(UNSPACED.search(word) and word in text for word in listed)


@cache
def _known() -> re.Pattern[str]:
    terms = {term for name in _KNOWN for one in concepts(name) for term in one.listed_terms}
    terms |= set(word_list("restrictions")["unspaced"])
    unspaced = [term.strip("*") for term in terms if UNSPACED.search(term)]
    return re.compile("|".join(map(re.escape, sorted(unspaced, key=len, reverse=True))))
