"""Dates that stand over a group of records rather than in each one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates, find_month
from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record
from skyvern_dagster.reading.text_lengths import LABEL

_LEVELS = 5
"""How many boxes around a record may lie between it and its group's heading: row, table body,
table, section and one wrapper. 3 and 8 do as well on the page tests."""


_MAX_REST = 30
"""Characters beside the date in it: about four words, as in `Your orders placed in`. 15 and 60
do as well on the page tests."""


_SECTION = 2
"""The level of headings of a page's parts; the first is the page's own."""
_ANY_DAY = date(2000, 1, 1)
"""Long past, so that a day without a year is never mistaken for one of this year; dates without
a year are left out anyway."""


def heading_date(view: PageView, record: Record) -> Fact | None:
    """The date of the nearest heading or short text above a record that has one."""
    for node in _above(view, record.nodes[0]):
        text = view.text(node)
        if not 0 < len(text) <= LABEL:
            continue
        mentions = find_dates(text, _ANY_DAY)
        if len(mentions) == 1 and not mentions[0].yearless and _says_little_else(text, mentions[0]):
            return Fact(Kind.DATE, text[mentions[0].start : mentions[0].end], "", mentions[0], node)
    return None


def section_of(view: PageView, record: Record) -> str:
    """The heading below the page's own that stands last before a record and outside it."""
    first = view.position(record.nodes[0])
    above = [
        node
        for node in view.nodes
        if node.role == "heading" and (node.level or _SECTION) >= _SECTION
        and view.position(node) < first
    ]  # fmt: skip
    return view.label(above[-1]) if above else ""


def _says_little_else(text: str, mention: DateMention) -> bool:
    """Whether a text is about its date: not a record of its own."""
    rest = text[: mention.start] + text[mention.end :]
    return len(rest) <= _MAX_REST and not any(character.isdigit() for character in rest)


def heading_year(view: PageView, record: Record) -> int | None:
    """The year of the nearest heading above a record that names one."""
    for node in _above(view, record.nodes[0]):
        text = view.text(node)
        if 0 < len(text) <= LABEL and (month := find_month(text)):
            return month[0]
    return None


def _is_record(view: PageView, node: Node) -> bool:
    """Whether a row says several things: one that heads a group says one."""
    return node.role == "row" and sum(bool(view.text(cell)) for cell in node.children) > 1


def _above(view: PageView, node: Node) -> Iterator[Node]:
    """The siblings before a node and before the nodes around it, nearest first."""
    place = node
    for _ in range(_LEVELS):
        parent = view.parent(place)
        if parent is None:
            return
        before = []
        for child in parent.children:
            if child is place:
                break
            before.append(child)
        # Beside the record itself, only a heading is above it; other texts are its neighbours'.
        beside = place is node and node.role != "row"
        yield from (
            one
            for one in reversed(before)
            if one.role == "heading" or not (beside or _is_record(view, one))
        )
        place = parent
