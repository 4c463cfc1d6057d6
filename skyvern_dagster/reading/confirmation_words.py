"""Words and phrases that confirmations are made of, by language (`confirmations.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from skyvern_dagster.reading.concepts import concept, concepts, word_list
from skyvern_dagster.reading.unspaced import UNSPACED
from skyvern_dagster.reading.words import fold, stem, words

_NO_FIELDS = ("submit", "next", "gone", "recurring", "repeat", "step", "terms")
"""Concepts of forms that are no fields."""
_PHRASES = ("closing", "thanks", "promise")
"""Concepts of messages whose terms are understood as a whole, the longest phrases first."""
_LEAST_COMMON = 6
"""Letters that a noun and a verb of one stem begin with."""
_LONGEST_ENDING = 4
"""Letters that one of them has more: `cancel`, `cancelled`."""
_JOINTS = ("", "s", "n", "en", "es")
_LEAST_PART = 4
"""Letters of either part of a compound (`Terminbestätigung`)."""


def is_of_one_stem(one: str, other: str) -> bool:
    """Whether a noun and a verb are of one stem: `Kündigung` and `kündigen`."""
    alike = one[:_LEAST_COMMON] == other[:_LEAST_COMMON]
    return (
        alike
        and min(len(one), len(other)) >= _LEAST_COMMON
        and (abs(len(one) - len(other)) <= _LONGEST_ENDING)
    )


def is_numbered(lead: Sequence[str]) -> bool:
    """Whether what stands before a number says that it is one which a site gives."""
    listed = word_list("confirmations")
    endings = tuple(word_list("items")["number_endings"])
    for word in reversed(lead):
        if word in listed["numbered"] or word.endswith(endings):
            return True
        if word not in listed["copulas"]:
            return False
    return False


def is_duration(lead: Sequence[str], behind: str) -> bool:
    """Whether a number says within what time something follows: ``within 3 days``."""
    listed = word_list("confirmations")
    return behind in listed["durations"] and bool(set(lead[-2:]) & set(listed["within"]))


@cache
def languages() -> tuple[frozenset[str], ...]:
    """The words of each language: all of a text have to be of one."""
    listed = word_list("confirmations")["words"].values()
    return tuple(frozenset(form for word in one for form in (word, stem(word))) for one in listed)


def says_done(text: str) -> bool:
    """Whether a text says that something was done: `Language saved` isn't about another form."""
    return any(concept(f"message.{name}").mentioned(text) for name in ("success", "announced"))


@cache
def field_words() -> frozenset[str]:
    """Words of what fields of forms are called, in any language."""
    fields = (one for one in concepts("form.") if one.name.partition(".")[2] not in _NO_FIELDS)
    terms = (term for one in fields for term in one.listed_terms)
    found = frozenset(word for term in terms for word in words(term))
    return found - frozenset(word_list("negations"))


@cache
def unit_words() -> frozenset[str]:
    """What units of measure are called."""
    listed = word_list("units").values()
    return frozenset(name for sizes in listed for names in sizes.values() for name in names)


def is_known(word: str, listed: frozenset[str]) -> bool:
    """Whether a word is one of a language's, also in the plural or as a compound of two."""
    if word in listed or stem(word) in listed or word.removesuffix("s") in listed:
        return True
    if word.endswith(tuple(word_list("items")["number_endings"])):
        return True
    return any(
        word[cut:] in listed and _is_first_part(word[:cut], listed)
        for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1)
    )


def _is_first_part(part: str, listed: frozenset[str]) -> bool:
    return any(
        part.removesuffix(joint) in listed
        for joint in _JOINTS
        if part.endswith(joint) and len(part) - len(joint) >= _LEAST_PART
    )


def without_phrases(text: str) -> str:
    """A text, folded, without what is understood as a whole."""
    plain = _done_unspaced().sub(" ", _counted().sub(" ", fold(text)))
    for name in _PHRASES:
        plain = concept(f"message.{name}").terms.sub(" ", plain)
    return plain


@cache
def _counted() -> re.Pattern[str]:
    """A number in words before a duration: ``two days``."""
    listed = word_list("confirmations")
    return re.compile(
        rf"(?<![^\W_])(?:{'|'.join(listed['counts'])})\s+(?={'|'.join(listed['durations'])})"
    )


@cache
def _done_unspaced() -> re.Pattern[str]:
    """What says that something was done, of languages that put nothing between words."""
    terms = concept("message.success").listed_terms
    return re.compile("|".join(re.escape(one) for one in terms if UNSPACED.search(one)))
