"""Radio buttons in a table: a question in each row, and its answers as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.browser.table_cells import CELL_ROLES, TABLE_ROLES, row_cells


@dataclass(frozen=True)
class GridAnswer:
    """One of the answers to a question.

    Attributes:
        label: The answer: what the button is called, else its column.
        group: The question.
    """

    label: str = ""
    group: str = ""


NO_ANSWER = GridAnswer()
"""Of a button that stands in no such table."""


def grid_answer(node: Node, around: Sequence[Node], text: Callable[[Node], str]) -> GridAnswer:
    """What a radio button in a table answers, where its row has several and begins with a text.

    Args:
        node: The button.
        around: The nodes above it, nearest first.
        text: What a person reads in a node.
    """
    cell, row, table = (_first(around, roles) for roles in (CELL_ROLES, {"row"}, TABLE_ROLES))
    if cell is None or row is None or table is None:
        return NO_ANSWER
    cells = row_cells(row)
    place = next((at for at, one in enumerate(cells) if one is cell), 0)
    question = text(cells[0]) if cells else ""
    if not place or not question or sum(map(_has_radio, cells)) <= 1 or _has_radio(cells[0]):
        return NO_ANSWER
    heads = next((row_cells(one) for one in table.walk() if one.role == "row"), [])
    fits = len(heads) == len(cells) and not any(map(_has_radio, heads))
    return GridAnswer(node.name or (text(heads[place]) if fits else ""), question)


def _first(around: Sequence[Node], roles: frozenset[str] | set[str]) -> Node | None:
    return next((one for one in around if one.role in roles), None)


def _has_radio(cell: Node) -> bool:
    return any(below.role == "radio" for below in cell.walk())
