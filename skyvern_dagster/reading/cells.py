"""The named places of a page that hold one text each."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.words import flat

_TERM_AND_VALUE = 2
"""Cells of a row that is a term with its value; a row of a table of records has more."""

RECORD_ROLES = frozenset({"row", "listitem", "article"})
"""Roles that mark a whole record: what follows belongs to the next one."""
TABLE_ROLES = frozenset({"table", "grid", "treegrid"})
CELL_ROLES = frozenset({"cell", "gridcell", "rowheader", "columnheader"})
_WHOLE = frozenset({"heading", "link", "button", "term", "definition"})
_LABELLED = re.compile(r"([^\W\d][^:\d]{1,40}):\s+(\S.*)")

Redact = Callable[[str], str]
"""Takes secrets out of a text."""


@dataclass(frozen=True)
class Cell:
    """A place on the page that holds one text, found by its label and role.

    Attributes:
        label: What the page calls it (a column's header, a term, the words before a colon); ``#2``
            for the second column without a name of its own; empty where the page calls it nothing.
        role: Role of its element, a heading's with its level.
        text: What stands there, single-spaced, without secrets.
        url: Target of the only link in it.
        node: The element, for telling places apart.
    """

    label: str
    role: str
    text: str
    url: str
    node: Node

    @property
    def place(self) -> tuple[str, str]:
        """What it is found by."""
        return self.label, self.role


def cells_below(node: Node, redact: Redact, skipped: Collection[int] = ()) -> Iterator[Cell]:
    """The cells of a part of the page, in reading order; a node without children is one itself.

    Args:
        node: The part.
        redact: Takes secrets out.
        skipped: Ids of nodes to leave out, with what is below them.
    """
    if id(node) in skipped:
        return
    if not node.children or node.role in _WHOLE:
        yield from _leaf(node, redact)
        return
    term = ""
    for child in _with_names(node):
        if child.role == "term":
            term = redact(flat(child.full_text)).rstrip(":")
        elif child.role == "definition" and term:
            yield replace(_whole(child, redact), label=term)
            term = ""
        else:
            yield from cells_below(child, redact, skipped)


def cells_in_column(node: Node, label: str, redact: Redact) -> Iterator[Cell]:
    """A cell of a table's row; where it has several links, each of them is one, too."""
    links = [below for below in node.walk() if below.url]
    url = links[0].url or "" if len(links) == 1 else ""
    yield Cell(label, "cell", redact(flat(node.full_text)), redact(url), node)
    if len(links) > 1:
        for link in links:
            name = redact(flat(link.name or link.full_text))
            yield Cell(f"{label} / {name}", "link", name, redact(link.url or ""), link)


def _with_names(node: Node) -> tuple[Node, ...]:
    """The children, those of a row with a row header as a term and its definition."""
    cells = [child for child in node.children if child.role in CELL_ROLES]
    if (
        node.role != "row"
        or len(cells) != _TERM_AND_VALUE
        or cells[0].role == "cell" == cells[1].role
    ):
        return node.children
    if cells[0].role != "rowheader":
        return node.children
    return replace(cells[0], role="term"), replace(cells[1], role="definition")


def _leaf(node: Node, redact: Redact) -> Iterator[Cell]:
    cell = _whole(node, redact)
    if node.value:
        yield replace(cell, label=cell.text, text=redact(flat(node.value)))
    elif cell.text:
        labelled = _LABELLED.fullmatch(cell.text) if node.role not in _WHOLE else None
        yield cell if labelled is None else replace(cell, label=labelled[1], text=labelled[2])


def _whole(node: Node, redact: Redact) -> Cell:
    links = [each for each in node.walk() if each.url]
    url = links[0].url or "" if len(links) == 1 else ""
    role = f"heading {node.level}" if node.role == "heading" and node.level else node.role
    text = node.name or node.text or node.full_text
    return Cell("", role, redact(flat(text)), redact(url), node)
