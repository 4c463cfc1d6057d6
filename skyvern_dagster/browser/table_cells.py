"""The cells of tables and grids by place: every slot of a row, spans and empty cells included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skyvern_dagster.browser.observation import Node

CELL_ROLES = frozenset({"cell", "gridcell", "columnheader", "rowheader", "term", "definition"})
TABLE_ROLES = frozenset({"table", "grid", "treegrid"})
_MOST = 1000
"""HTML's own limit for ``colspan``, and more rows than anyone spans."""


@dataclass(frozen=True)
class Slot:
    """One place in a row.

    Attributes:
        cell: What is shown there; ``None`` where a cell before it spans this column, too.
        repeated: Whether the cell began in a row above.
    """

    cell: Node | None
    repeated: bool = False


RowSlots = dict[int, tuple[Slot, ...]]
"""Slots by the ``id`` of their row's node."""


def row_slots(root: Node) -> RowSlots:
    """The slots of every row on a page that has cells.

    A cell that spans columns is followed by empty slots; one that spans rows is there again in each
    of them, since it holds for each of them.
    """
    found: RowSlots = {}
    for node in root.walk():
        if node.role in TABLE_ROLES:
            found.update(_table_slots(node))
    for node in root.walk():
        # A grid may be split in several parts of which only one is a table.
        if node.role == "row" and id(node) not in found and (cells := row_cells(node)):
            found[id(node)] = tuple(map(Slot, cells))
    return found


def row_cells(row: Node) -> list[Node]:
    """The cells of a row, also below wrappers; with what else stands among them."""
    return list(_cells(row)) if any(each.role in CELL_ROLES for each in _cells(row)) else []


def _cells(row: Node) -> Iterator[Node]:
    for child in row.children:
        if child.role in ("generic", "none", "presentation") and child.children:
            yield from _cells(child)
        else:
            yield child


Above = dict[int, tuple[Node, int]]
"""By column, the cell that reaches down there, and for how many rows yet."""


def _table_slots(table: Node) -> Iterator[tuple[int, tuple[Slot, ...]]]:
    rows = [(row, row_cells(row), group) for row, group in _rows(table, table)]
    # A note across the table often claims to span a hundred columns: it doesn't count.
    columns = max((sum(map(_width, cells)) for _, cells, _ in rows if len(cells) > 1), default=1)
    above: Above = {}
    last = table
    for row, cells, group in rows:
        if group is not last:
            above, last = {}, group
        if cells:
            slots, above = _filled(cells, above, columns)
            yield id(row), tuple(slots)


def _rows(node: Node, group: Node) -> Iterator[tuple[Node, Node]]:
    """Rows, each with the group that its cells can't reach out of."""
    for child in node.children:
        if child.role == "row":
            yield child, group
        elif child.role not in TABLE_ROLES and child.role not in CELL_ROLES:
            yield from _rows(child, child if child.role == "rowgroup" else group)


def _filled(cells: list[Node], above: Above, columns: int) -> tuple[list[Slot], Above]:
    """The slots of one row, and what reaches down from it."""
    slots: list[Slot] = []
    below: Above = {column: (cell, left - 1) for column, (cell, left) in above.items() if left > 1}
    waiting = iter(cells)
    while True:
        column = len(slots)
        if column in above:
            slots.append(_from_above(above, column))
            continue
        cell = next(waiting, None)
        if cell is None:
            return slots, below
        width = max(1, min(_width(cell), columns - column))
        if (reach := _span(cell, "rowspan") - 1) > 0:
            below |= dict.fromkeys(range(column, column + width), (cell, reach))
        slots += [Slot(cell), *[Slot(None)] * (width - 1)]


def _from_above(above: Above, column: int) -> Slot:
    cell = above[column][0]
    left = above.get(column - 1)
    return Slot(None if left is not None and left[0] is cell else cell, repeated=True)


def _width(cell: Node) -> int:
    return max(1, _span(cell, "colspan"))


def _span(cell: Node, kind: str) -> int:
    """Columns or rows of a cell; 0 rows are all that follow."""
    told = cell.attributes.get(kind) or cell.attributes.get(f"aria-{kind}") or "1"
    if not told.isdecimal():
        return 1
    return min(int(told), _MOST) or _MOST
