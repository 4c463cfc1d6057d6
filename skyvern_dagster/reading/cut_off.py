"""Texts that a page itself cut off: ``Desk made of solid o…`` is no description of anything.

What only looks cut off, by CSS, is whole in the page and read as it is.
"""

from __future__ import annotations

import re

from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.words import flat

_DOTS = r"(?:…|⋯|\.{3,})"
_END = re.compile(rf"{_DOTS}[)\]\"'”»]?$")
_BEGINNING = re.compile(rf"^[(\[\"'“«]?{_DOTS}")


def is_cut_off(fact: Fact) -> bool:
    """Whether the page left out the beginning or the end of a value."""
    around = fact.node.full_text
    if not re.search(_DOTS, around) and not re.search(_DOTS, fact.text):
        return False
    text = fact.text.strip()
    if _END.search(text) or _BEGINNING.search(text):
        return True
    return bool(re.search(rf"{_DOTS}{re.escape(text)}|{re.escape(text)}{_DOTS}", around))


def whole_text(fact: Fact) -> str:
    """The whole of a value that was cut off, where the page has it beside; else an empty text."""
    if fact.kind not in {Kind.TEXT, Kind.IDENTIFIER}:
        return ""
    begun = flat(_END.sub("", fact.text.strip()))
    named = (flat(text) for text in (fact.node.title, fact.node.name))
    return next(
        (one for one in named if one.startswith(begun) and begun and not re.search(_DOTS, one)), ""
    )
