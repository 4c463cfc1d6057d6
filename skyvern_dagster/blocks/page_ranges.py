"""Page ranges in words: ``pages 1-3 and 4-6``, ``each page``, ``every 2 pages``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from skyvern_dagster.errors import BlockError

_RANGE = re.compile(r"(\d+)\s*(?:-|–|to|through)\s*(\d+)|(\d+)", re.I)
_EACH = re.compile(
    r"\b(?:each|every|one (?:file|pdf|document) per|by)\s+(?:single\s+)?page\b", re.I
)
_EVERY = re.compile(r"\bevery\s+(\d+)\s+pages\b", re.I)
_ONLY_RANGES = re.compile(
    r"^(?:(?:split|divide|cut|separate)\s+(?:it|the (?:pdf|file|document))?\s*)?"
    r"(?:into\s+)?(?:pages?\s+)?"
    r"(?:\d+(?:\s*(?:-|–|to|through)\s*\d+)?(?:\s*(?:,|;|and|\+)\s*)*(?:pages?\s+)?)+\.?$",
    re.I,
)


@dataclass(frozen=True)
class PageRange:
    """Some pages, counted from 1, and what their file is called."""

    first: int
    last: int
    name: str


def ranges_in(text: str, pages: int, stem: str) -> list[PageRange] | None:
    """The ranges that a text spells out; ``None`` where it says it in another way.

    Args:
        pages: How many the document has.
        stem: What the names of files begin with.

    Raises:
        BlockError: It names pages that the document doesn't have.
    """
    plain = " ".join(text.split())
    if (every := _EVERY.search(plain)) is not None and int(every.group(1)) > 0:
        step = int(every.group(1))
        starts = range(1, pages + 1, step)
        return [_named(first, min(first + step - 1, pages), stem) for first in starts]
    if _EACH.search(plain):
        return [_named(number, number, stem) for number in range(1, pages + 1)]
    if not _ONLY_RANGES.match(plain):
        return None
    found = [(int(one or first), int(one or last)) for first, last, one in _RANGE.findall(plain)]
    return checked([_named(first, last, stem) for first, last in found], pages)


def checked(ranges: list[PageRange], pages: int) -> list[PageRange]:
    """Holds that the document has the pages.

    Raises:
        BlockError: It hasn't, or there are no ranges.
    """
    for each in ranges:
        if not 1 <= each.first <= each.last <= pages:
            raise BlockError(f"pages {each.first}-{each.last}: the document has {pages} pages")
    if not ranges:
        raise BlockError("the prompt names no pages")
    return ranges


def _named(first: int, last: int, stem: str) -> PageRange:
    pages = f"{first}" if first == last else f"{first}-{last}"
    return PageRange(first, last, f"{stem}_{pages}.pdf")
