"""Texts with which a page says that something was not done."""

from __future__ import annotations

import re

from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import QUOTED, fold, stem, words

_DENYING = ("forbidden", "session_expired", "not_found")
_KINDS = (*_DENYING, "refused", "transient", "invalid")
_FIRST = re.compile(r"(?:^|[.;,:!?\n])\s*(\w+)")
"""What a sentence of a goal begins with."""
_LEAST_STEM = 4
"""Letters: shorter ones begin too many words."""


def complains(text: str, goal: str = "") -> bool:
    """Whether a text says that something failed, is refused or is still lacking.

    Args:
        goal: What was asked for: asked to reject, `rejected` is no complaint.
    """
    asked = _asked(goal)
    if not asked:
        return any(concept(f"message.{kind}").mentioned(text) for kind in _KINDS)
    plain = fold(text)
    meanings = [concept(f"message.{kind}") for kind in _KINDS]
    return any(
        not all(_is_done(word, asked) for word in words(match.group()))
        for meaning in meanings
        if not meaning.exclusions.search(plain)
        for match in meaning.terms.finditer(plain)
    )


def denies_access(text: str) -> bool:
    """Whether a text says that a page can't be seen, or isn't there."""
    return any(concept(f"message.{kind}").mentioned(text) for kind in _DENYING)


def _asked(goal: str) -> tuple[str, ...]:
    """Stems of what a goal says to do; its other words may be of what is to be told as a failure.

    `Terminate if the payment fails` doesn't ask for a failure.
    """
    said = words(" ".join((*_FIRST.findall(goal), *QUOTED.findall(goal))))
    return tuple(stem(word) for word in said if len(word) >= _LEAST_STEM)


def _is_done(word: str, asked: tuple[str, ...]) -> bool:
    """Whether a word is a form of one that was asked for, and not that word: `rejected`."""
    return any(word.startswith(one) and word != one for one in asked)
