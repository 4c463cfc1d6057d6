"""Text as the planner compares it: case, accents, punctuation and plurals folded away."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_STEM = 4
"""Letters that remain without an ending, so that `bus` and `gas` stay what they are."""
HALF = 0.5
"""Of `overlap`: all wanted words, whatever the text says besides, or two of three alone."""
ALIKE = 0.6
"""Of `overlap`: all words of a name in a label five times as long, or most of them alone."""

QUOTED = re.compile(r"[\"“”„«]([^\"“”»]{1,80})[\"“”»]")
"""A name in quotation marks of any language that we read; what is longer is a text."""

BRACKETED = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
"""What a label adds in brackets: a unit, a scale."""

_WORD = re.compile(r"[^\W_]+")


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


_GLUE = re.compile(
    r"(?<=[^\W\d_A-Z]{4})(?=\d{1,2}[\s./–-])|(?<=\d)(?=[A-Z][^\W\d_A-Z]{2,})|(?<=[A-Z]{2}|\d[A-Z])(?=[A-Z][^\W\d_A-Z]{2,})"
    r"|(?<=[\d\s]\d)(?=[^\W\d_A-Z]{5,})|(?<=[^\W\d_A-Z]{3})(?=[A-Z][^\W\d_A-Z]{2,})"
    r"|(?<=[^\W\d_A-Z]{4})(?=[A-Z]{1,5}-?\d{2})"
)


_SPACE = re.compile(r"\s+")


_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'", "\u2032": "'"})


_LABEL = 100
"""Characters of what is remembered when it is folded: labels and cells, which are asked about
dozens of times a page. 16,384 of them are some four megabytes."""


_ENDINGS = ("ies", "es", "en", "s", "e", "n")
"""Endings of plurals in the languages that we read, longer ones first."""


def fold_in_place(text: str) -> str:
    """Lower case without accents, character by character, so that positions stay valid."""
    if text.isascii():  # most texts of most pages; a tenth of a planner's time went here
        return text.translate(_APOSTROPHES).lower()
    return "".join(_fold_character(character) for character in text.translate(_APOSTROPHES))


_STROKED = {
    **dict(zip("łđøħŧı", "ldohti", strict=True)),
    **dict(zip("ŁĐØĦŦ", "ldoht", strict=True)),
}
"""Letters with a stroke, which Unicode doesn't take apart."""


@lru_cache(maxsize=2048)
def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in _STROKED:
        return _STROKED[character]
    if character.isspace() or unicodedata.category(character) == "Cf":
        return " "
    for part in unicodedata.normalize("NFKD", character):
        if not unicodedata.combining(part):
            folded = part.casefold()
            return folded[0] if folded else character
    return " "


def fold(text: str) -> str:
    """Lower case, without accents, single-spaced: two texts that read alike become equal."""
    return _folded_label(text) if len(text) <= _LABEL else _folded(text)


@lru_cache(maxsize=16384)
def _folded_label(text: str) -> str:
    return _folded(text)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", fold_in_place(text.replace("ß", "ss"))).strip()


def words(text: str) -> tuple[str, ...]:
    """The folded words and numbers of a text, without punctuation."""
    return tuple(_WORD.findall(fold(text)))


def name_words(name: str) -> tuple[str, ...]:
    """The words of a field name: ``orderDate``, ``order_date`` and ``order-date`` are equal."""
    return words(_CAMEL.sub(" ", name).replace("_", " "))


def stem(word: str) -> str:
    """A word without its plural ending, roughly, in any of the languages that we read."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def stems(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(stem(word) for word in words(text))


def overlap(wanted: str, text: str) -> float:
    """Share of the wanted words that the text holds, lowered by what it says besides."""
    wanted_stems, text_stems = stems(wanted), stems(text)
    if not wanted_stems or not text_stems:
        return 0.0
    shared = len(wanted_stems & text_stems)
    return shared / len(wanted_stems) * (0.5 + 0.5 * shared / len(text_stems))


def unglued(text: str) -> str:
    """A text whose lines ran together (``Graz29 Dec 2024Total``), apart again where sure."""
    return _GLUE.sub(" ", text)


def flat(text: str) -> str:
    """The text, single-spaced."""
    return " ".join(text.split())


def clip(text: str, length: int = 80) -> str:
    """A text short enough to be quoted in a reason."""
    plain = _SPACE.sub(" ", text).strip()
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"
