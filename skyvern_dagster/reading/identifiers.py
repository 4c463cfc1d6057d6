"""Numbers and codes that name a record: ``#10432``, ``INV-2024-0042``, ``GA-20431``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from skyvern_dagster.reading.words import fold, fold_in_place, unglued

_CERTAIN = 0.9
"""Letters with digits (``INV-2024-17``), or five digits and more: order numbers look like this.
Just below what is marked as a number (1)."""
_SHOUTED, _SPOKEN = 0.6, 0.3
"""More letters than digits without a joint: ``ABCD12`` may be an identifier, ``Room12`` is rather a
name."""
_CAPITALS_ONLY = 0.35
"""``AB-CDEFG``: a product's code or a word; it counts where a label says which."""
_SHORT = 0.15
"""``A1``, ``Covid19``: below anything that a label doesn't name."""
_AMOUNT_LIKE, _LONG_AMOUNT_LIKE = 0.2, 0.5
"""Digits with points or commas are amounts; from six digits on they may be grouped numbers."""
_YEAR = 0.2
"""A year, unless a label says otherwise."""
_SHORTEST, _FEW_DIGITS, _MANY_LETTERS = 4, 2, 3
"""Signs of a code; with one digit, no more letters than these."""
_GROUPED_DIGITS = 6
"""See `_LONG_AMOUNT_LIKE`."""
_MANY_DIGITS = 5
"""Shorter numbers are counts, prices, years and house numbers as often as records."""
_FEWER_DIGITS = {4: 0.6, 3: 0.4}
"""What shorter numbers are worth: the less, the shorter."""
_ONE_OR_TWO = 0.1
"""Nearly always a count or a day."""

_CANDIDATE = re.compile(r"(?P<mark>#\s?|№\s?)?(?<![\w@])(?P<id>[^\W_]+(?:[-_/.][^\W_]+)*)(?![\w@])")


_UNIT = re.compile(
    r"\d+(?:st|nd|rd|th|er|x|g|kg|mg|ml|cl|l|cm|mm|m|km|h|min|s|gb|mb|kb|tb|w|v|mah|px|pt|pcs|stk|€)"
    r"|x\d+|\d+x\d+(?:x\d+)?(?:cm|mm)?",
    re.IGNORECASE,
)


_TIME = re.compile(r"\d{1,2}[:.h]\d{2}(?::\d{2})?")


_BOUNDARY_BEFORE = r"(?<![^\W_])(?<![^\W_][-_/])(?<!\d[.,])"


_BOUNDARY_AFTER = r"(?![^\W_])(?![-_/][^\W_])(?![.,]\d)"


@dataclass(frozen=True)
class Identifier:
    """A possible identifier in a text.

    Attributes:
        text: As a person would quote it, without ``#``.
        marked: Whether a ``#`` stood before it.
        likeness: 0 to 1; how much it looks like one by itself.
    """

    start: int
    end: int
    text: str
    marked: bool
    likeness: float


def find_identifiers(text: str, taken: tuple[tuple[int, int], ...] = ()) -> list[Identifier]:
    """Everything in a text that may name a record, outside the spans already taken."""
    identifiers = []
    text = text if taken else unglued(text)
    for match in _CANDIDATE.finditer(text):
        written = match["id"]
        marked = bool(match["mark"])
        if text[match.end() :].lstrip().startswith("%"):
            continue
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        likeness = _likeness(written, marked=marked)
        if likeness > 0:
            identifiers.append(Identifier(match.start(), match.end(), written, marked, likeness))
    return identifiers


def mentions_identifier(text: str, identifier: str) -> bool:
    """Whether a text names exactly this identifier, not one that merely contains it."""
    return any(True for _ in before_mentions(text, identifier))


def before_mentions(text: str, identifier: str) -> Iterator[str]:
    """What stands before each place where a text names exactly this identifier, folded."""
    wanted = _folded(identifier).lstrip("#").strip()
    if not wanted:
        return
    parts = [re.escape(part) for part in re.findall(r"[^\W_]+|[^\w\s]|_", wanted)]
    plain = _folded(unglued(text))
    for match in re.finditer(_BOUNDARY_BEFORE + r"\s?".join(parts) + _BOUNDARY_AFTER, plain):
        yield plain[: match.start()]


def same_identifier(one: str, other: str) -> bool:
    """Whether two spellings name the same record."""
    return _bare(one) == _bare(other) != ""


def is_serial(number: str, wanted: str) -> bool:
    """Whether a number is what people call by its end alone: ``INV-0017`` and ``2024/17`` are 17.

    Args:
        number: With letters, or a year and a joint, before its last digits.
        wanted: Digits.
    """
    parts = re.fullmatch(r"(.*[^\d\s.,])(\d+)", number.strip().lstrip("#"))
    if parts is None or not wanted.isdigit():
        return False
    return parts[2].lstrip("0") == wanted.lstrip("0") != ""


def serials_in(texts: Iterable[str], wanted: str) -> list[str]:
    """The different numbers of some texts that a short one may stand for."""
    named = (one.text for text in texts for one in find_identifiers(text))
    return list(dict.fromkeys(one for one in named if is_serial(one, wanted)))


def _folded(text: str) -> str:
    """Lower case and single-spaced; `Ä-5` stays another number than `A-5`."""
    if text.isascii():
        return fold(text)
    composed = unicodedata.normalize("NFC", text)
    return " ".join(
        "".join(one.lower() if one.isalpha() else fold_in_place(one) for one in composed).split()
    )


def _bare(text: str) -> str:
    return re.sub(r"[\s#]", "", _folded(text))


def _likeness(written: str, *, marked: bool) -> float:
    digits = sum(character.isdigit() for character in written)
    letters = sum(character.isalpha() for character in written)
    if not digits and re.fullmatch(r"[A-Z]{2,4}-[A-Z]{5,}", written):
        return _CAPITALS_ONLY
    if not digits or _UNIT.fullmatch(written) or (_TIME.fullmatch(written) and not marked):
        return 0.0
    if marked:
        return 1.0
    if not letters:
        return _digits_likeness(written, digits)
    if digits + letters < _SHORTEST or (digits < _FEW_DIGITS and letters > _MANY_LETTERS):
        return _SHORT
    if digits < letters and not re.search(r"[-_/]", written):
        return _SHOUTED if written.isupper() else _SPOKEN
    return _CERTAIN


def _digits_likeness(written: str, digits: int) -> float:
    if re.fullmatch(r"(19|20)\d{2}", written):
        return _YEAR
    if re.search(r"[.,]", written):
        return _AMOUNT_LIKE if digits < _GROUPED_DIGITS else _LONG_AMOUNT_LIKE
    if digits >= _MANY_DIGITS:
        return _CERTAIN
    return _FEWER_DIGITS.get(digits, _ONE_OR_TWO)
