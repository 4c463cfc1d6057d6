"""A page as labelled values and repeated records: what data can be read from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from skyvern_dagster.browser.observation import Node, Observation

_TABLES = frozenset({"table", "grid", "treegrid"})
_CELLS = frozenset({"cell", "gridcell", "rowheader", "columnheader"})
_ITEMS = frozenset({"listitem", "article"})
_WHOLE = frozenset({"heading", "link", "button", "term", "definition"})
_LABELLED = re.compile(r"([^\W\d][^:\d]{1,40}):\s+(\S.*)")
_LEAST_ITEMS = 2

Redact = Callable[[str], str]


@dataclass(frozen=True)
class Slot:
    """A place on the page that holds one text.

    Attributes:
        label: What the page calls it; empty where it doesn't.
        role: Role of its element, a heading's with its level.
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


@dataclass(frozen=True)
class Container:
    """A table or a list, with the slots of each of its records."""

    shape: Literal["table", "list"]
    name: str
    under: str
    headers: tuple[str, ...]
    records: tuple[tuple[Slot, ...], ...]
    node: Node


@dataclass(frozen=True)
class Sheet:
    """All that can be read off a page.

    Attributes:
        root: The page.
        containers: Tables and lists whose records are alike enough to be read.
    """

    root: Node
    containers: tuple[Container, ...]
    redact: Redact

    def slots(self, without: tuple[Container, ...] = ()) -> tuple[Slot, ...]:
        """Slots of the page outside these containers."""
        skipped = {id(container.node) for container in without}
        return tuple(_slots(self.root, self.redact, skipped))


def sheet_of(observation: Observation, redact: Redact) -> Sheet:
    """Reads a page's structure; secrets that it shows are masked."""
    return Sheet(observation.root, tuple(_containers(observation.root, redact)), redact)


def flat(text: str) -> str:
    """The text, single-spaced."""
    return " ".join(text.split())


def _containers(root: Node, redact: Redact) -> Iterator[Container]:
    under = ""
    for node in root.walk():
        if node.role == "heading":
            under = redact(flat(node.name or node.full_text))
        found = _table(node, redact) if node.role in _TABLES else _list(node, redact)
        if found is not None:
            yield replace(found, under=under)


def _table(node: Node, redact: Redact) -> Container | None:
    """A table with a header and as many cells in each row; ``None`` for others."""
    rows = [_cells(row) for row in _rows(node)]
    header = next((row for row in rows if row and _is_header(row)), None)
    if header is None or any(
        each.role in _TABLES for row in rows for c in row for each in c.walk()
    ):
        return None
    body = [row for row in rows if row is not header]
    if any(len(row) != len(header) or _is_header(row) for row in body):
        return None
    names = _unique([redact(flat(cell.full_text)) for cell in header])
    records = tuple(
        tuple(chain.from_iterable(_cell(*each, redact) for each in zip(row, names, strict=True)))
        for row in body
    )
    return Container("table", redact(flat(node.name)), "", tuple(names), records, node)


def _rows(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.role == "row":
            yield child
        elif child.role not in _TABLES:
            yield from _rows(child)


def _cells(row: Node) -> list[Node]:
    return [cell for cell in row.children if cell.role in _CELLS]


def _is_header(row: list[Node]) -> bool:
    return all(cell.role == "columnheader" for cell in row)


def _unique(names: list[str]) -> list[str]:
    """Names of columns; one that is missing or repeated goes by its number."""
    counts = Counter(names)
    return [
        name if name and counts[name] == 1 else f"#{index}" for index, name in enumerate(names, 1)
    ]


def _cell(cell: Node, label: str, redact: Redact) -> Iterator[Slot]:
    links = [node for node in cell.walk() if node.url]
    url = links[0].url or "" if len(links) == 1 else ""
    yield Slot(label, "cell", redact(flat(cell.full_text)), redact(url), cell)
    if len(links) > 1:
        for link in links:
            name = redact(flat(link.name or link.full_text))
            yield Slot(f"{label} / {name}", "link", name, redact(link.url or ""), link)


def _list(node: Node, redact: Redact) -> Container | None:
    items = [child for child in node.children if child.role in _ITEMS]
    if len(items) < (1 if node.role == "list" else _LEAST_ITEMS):
        return None
    if len({item.role for item in items}) != 1:
        return None
    records = tuple(tuple(_slots(item, redact, set())) for item in items)
    parts = sorted({f"{slot.label} [{slot.role}]".strip() for each in records for slot in each})
    return Container("list", redact(flat(node.name)), "", tuple(parts), records, node)


def _slots(node: Node, redact: Redact, skipped: set[int]) -> Iterator[Slot]:
    """Slots below a node, in reading order; a node without children is one itself."""
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
            yield from _slots(child, redact, skipped)


def _with_names(node: Node) -> tuple[Node, ...]:
    """The children, those of a row with a row header as a term and its definition."""
    cells = [child for child in node.children if child.role in _CELLS]
    if node.role != "row" or len(cells) != 2 or cells[0].role == "cell" == cells[1].role:
        return node.children
    if cells[0].role != "rowheader":
        return node.children
    return replace(cells[0], role="term"), replace(cells[1], role="definition")


def _leaf(node: Node, redact: Redact) -> Iterator[Slot]:
    slot = _whole(node, redact)
    if node.value:
        yield replace(slot, label=slot.text, text=redact(flat(node.value)))
    elif slot.text:
        labelled = _LABELLED.fullmatch(slot.text) if node.role not in _WHOLE else None
        yield slot if labelled is None else replace(slot, label=labelled[1], text=labelled[2])


def _whole(node: Node, redact: Redact) -> Slot:
    links = [each for each in node.walk() if each.url]
    url = links[0].url or "" if len(links) == 1 else ""
    role = f"heading {node.level}" if node.role == "heading" and node.level else node.role
    text = node.name or node.text or node.full_text
    return Slot("", role, redact(flat(text)), redact(url), node)
