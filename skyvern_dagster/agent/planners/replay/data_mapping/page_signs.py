"""What tells that a page is built as it was: headings, labels, and controls around the data."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import Cell
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.page_cells import PageCells
from skyvern_dagster.reading.record import RecordSet
from skyvern_dagster.reading.words import flat

_CONTROLS = frozenset(
    {"link", "button", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "tab",
     "menuitem", "switch", "spinbutton", "slider", "option", "alert", "status"}
)  # fmt: skip
_PAGING = 0.6
"""Two fifths of a link's letters (`concepts.MOSTLY`): `Next page of orders` leads on."""
_SHARE = re.compile(r"(\d+)\s*(?:of|/|von|de|sur|di|van)\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Signs:
    """Signs of one page; two pages that are built alike have the same.

    Attributes:
        controls: Digest of the controls and messages, digits as ``0``.
        shares: Whether the page says that it shows a part only (``10 of 34``).
    """

    headings: tuple[str, ...]
    labels: tuple[str, ...]
    controls: str
    shows_part: bool


def signs_of(
    page: PageCells,
    sets: tuple[RecordSet, ...],
    read: Collection[Cell],
    variables: Variables,
    *,
    paged: bool = False,
) -> Signs:
    """The signs of a page.

    Args:
        page: The page.
        sets: What rows are read from: what is in them changes.
        read: Slots that are read as values, and change as well.
        variables: The task's facts.
        paged: Whether to leave out what leads to other pages of the list.
    """
    values = {id(cell.node) for cell in read}
    outside = page.cells(without=sets)
    around = [cell for cell in outside if id(cell.node) not in values]
    controls = Counter(
        f"{node.role} {_pattern(node.name or node.full_text, page, variables)}"
        for node in _outside(page.view.root, {id(each.container) for each in sets})
        if node.role in _CONTROLS and id(node) not in values and not (paged and _pages(node))
    )
    listed = json.dumps(sorted(controls.items()), ensure_ascii=False)
    return Signs(
        headings=tuple(
            _pattern(cell.text, page, variables)
            for cell in around
            if cell.role.startswith("heading")
        ),
        labels=tuple(sorted(variables.lift(cell.label) for cell in outside if cell.label)),
        controls=hashlib.sha256(listed.encode()).hexdigest()[:12],
        shows_part=any(
            share[1] != share[2] for cell in around for share in _SHARE.finditer(cell.text)
        ),
    )


def _pages(node: Node) -> bool:
    """Whether something leads to another page of a list: by its name, or by a number."""
    name = node.name or node.full_text
    if not re.search(r"[^\W\d_]", name):
        return node.role in ("link", "button")
    ways = ("next", "previous", "last", "current")
    return any(concept(f"paging.{way}").score(name) >= _PAGING for way in ways)


def _pattern(text: str, page: PageCells, variables: Variables) -> str:
    return re.sub(r"\d+", "0", variables.lift(page.view.redact(flat(text))))


def _outside(node: Node, skipped: set[int]) -> Iterator[Node]:
    for child in node.children:
        if id(child) not in skipped:
            yield child
            yield from _outside(child, skipped)
