"""What the tests need of Markdown: headings' anchors, links, tables."""

from __future__ import annotations

import re
from pathlib import Path

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+?)\s*$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(page: Path) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def anchor(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")


def anchors(page: Path) -> list[str]:
    """The anchors of a page, in order."""
    return [anchor(heading) for _, heading in _HEADING.findall(text_of(page))]


def links(page: Path) -> list[str]:
    """Where the page's links lead, as far as they stay in the repository."""
    return [each for each in _LINK.findall(text_of(page)) if "://" not in each]


def section(page: Path, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank or above.

    Raises:
        KeyError: There is no such heading, or there are several.
    """
    text = text_of(page)
    found = [match for match in _HEADING.finditer(text) if match[2] == heading]
    if len(found) != 1:
        raise KeyError(f"{page.name} has {len(found)} headings {heading!r}")
    (own,) = found
    rest = text[own.end() :]
    after = [match for match in _HEADING.finditer(rest) if len(match[1]) <= len(own[1])]
    return rest[: after[0].start()] if after else rest


def first_cells(text: str) -> list[str]:
    """The first cell of each row of the tables in a text, without the tables' heads."""
    lines = text.splitlines()
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    rows = [line for line, below in pairs if line.startswith("|") and not _is_rule(below)]
    return [_cells(row)[0] for row in rows if not _is_rule(row)]


def _is_rule(line: str) -> bool:
    """Whether it is the line below a table's head."""
    return line.startswith("|") and set(line) <= set("|-: ")


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
