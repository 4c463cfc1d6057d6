"""What tells that a page is built as it was: headings, labels, and controls around the data."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from skyvern_dagster.agent.planners.replay.variables import Variables
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.slots import Container, Sheet, Slot, flat

_CONTROLS = frozenset(
    {"link", "button", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "tab",
     "menuitem", "switch", "spinbutton", "slider", "option", "alert", "status"}
)  # fmt: skip
_PAGING = 0.6
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
    sheet: Sheet,
    containers: tuple[Container, ...],
    read: Collection[Slot],
    variables: Variables,
    *,
    paged: bool = False,
) -> Signs:
    """The signs of a page.

    Args:
        sheet: The page.
        containers: What rows are read from: what is in them changes.
        read: Slots that are read as values, and change as well.
        variables: The task's facts.
        paged: Whether to leave out what leads to other pages of the list.
    """
    values = {id(slot.node) for slot in read}
    outside = sheet.slots(without=containers)
    around = [slot for slot in outside if id(slot.node) not in values]
    controls = Counter(
        f"{node.role} {_pattern(node.name or node.full_text, sheet, variables)}"
        for node in _outside(sheet.root, {id(each.node) for each in containers})
        if node.role in _CONTROLS and id(node) not in values and not (paged and _pages(node))
    )
    listed = json.dumps(sorted(controls.items()), ensure_ascii=False)
    return Signs(
        headings=tuple(
            _pattern(slot.text, sheet, variables)
            for slot in around
            if slot.role.startswith("heading")
        ),
        labels=tuple(sorted(variables.lift(slot.label) for slot in outside if slot.label)),
        controls=hashlib.sha256(listed.encode()).hexdigest()[:12],
        shows_part=any(
            found[1] != found[2] for slot in around for found in _SHARE.finditer(slot.text)
        ),
    )


def _pages(node: Node) -> bool:
    """Whether something leads to another page of a list: by its name, or by a number."""
    name = node.name or node.full_text
    if not re.search(r"[^\W\d_]", name):
        return node.role in ("link", "button")
    ways = ("next", "previous", "last", "current")
    return any(concept(f"paging.{way}").score(name) >= _PAGING for way in ways)


def _pattern(text: str, sheet: Sheet, variables: Variables) -> str:
    return re.sub(r"\d+", "0", variables.lift(sheet.redact(flat(text))))


def _outside(node: Node, skipped: set[int]) -> Iterator[Node]:
    for child in node.children:
        if id(child) not in skipped:
            yield child
            yield from _outside(child, skipped)
