"""Dates that stand over a group of records rather than in each one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from skyvern_dagster.agent.planners.heuristic.dates import DayOrder, find_dates
from skyvern_dagster.agent.planners.heuristic.page import PageView
from skyvern_dagster.agent.planners.heuristic.records import Record
from skyvern_dagster.browser.observation import Node

_LEVELS = 5
_MAX_HEADING = 60


def heading_date(view: PageView, record: Record, today: date, order: DayOrder) -> date | None:
    """The date of the nearest heading or short text above a record that has one."""
    for node in _above(view, record.nodes[0]):
        text = view.text(node)
        if not 0 < len(text) <= _MAX_HEADING:
            continue
        mentions = find_dates(text, today)
        if len(mentions) == 1:
            return mentions[0].read(order)
    return None


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
        yield from reversed(before)
        place = parent
