"""Records that are the rows of a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import takewhile

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.browser.table_cells import RowSlots, Slot, row_slots
from skyvern_dagster.reading.alike_columns import BAND
from skyvern_dagster.reading.cells import CELL_ROLES, TABLE_ROLES
from skyvern_dagster.reading.facts import is_field_name
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record, RecordSet, TableCell
from skyvern_dagster.reading.words import flat

_COLUMNS = 2
"""A header names two columns and more; one cell is a title."""
_DATED_CELL = 40
"""Characters of a row's only cell that is a record by its date; longer ones are notes."""
_HEADER_ROWS = 3
"""Rows above a table's header: a title, a legend, a band of groups."""


def union_of(sets: list[RecordSet]) -> RecordSet:
    """Several tables with the same columns, such as one per year, taken for one."""
    records = tuple(record for one in sets for record in one.records)
    return RecordSet("table", records, sets[0].columns, sets[0].container)


def read_table(view: PageView, table: Node, today: date) -> RecordSet:
    """The rows of a table as records; a row that only adds to the one before belongs to it."""
    rows = list(_rows(table))
    name = view.redact(flat(table.name))
    if turned := _turned(view, rows):
        records = tuple(
            Record(view, tuple(one.node for one in each), today, each) for each in turned
        )
        return RecordSet("table", records, tuple(one.column for one in turned[0]), table, name)
    header, body = _split_header(view, rows)
    slots = row_slots(table)
    header = header or header_apart(view, table, rows)
    columns = _columns(view, header, rows, slots)
    regular = _is_regular(header, rows)
    labels = _labels(view, header) if regular else columns
    grouped: list[list[Node]] = []
    for row in body:
        if grouped and _continues(view, row, columns, slots):
            grouped[-1].append(row)
        else:
            grouped.append([row])
    records = tuple(
        Record(view, tuple(each), today, tuple(_row_cells(each, header, columns, labels, slots)))
        for each in grouped
    )
    headers = labels if regular else ()
    return RecordSet("table", records, columns, table, name, headers=headers, is_regular=regular)


def header_apart(view: PageView, table: Node, rows: list[Node]) -> Node | None:
    """The row of headers before a table that has none of its own.

    Lists whose body scrolls below a fixed head are made of two tables, or of a head and a table.
    """
    if not rows or (parent := view.parent(table)) is None:
        return None
    at = next(place for place, one in enumerate(parent.children) if one is table)
    before = parent.children[at - 1] if at else None
    if before is None:
        return None
    heads = [before] if before.role == "row" else list(_rows(before))
    is_head = len(heads) == 1 and _is_head(heads[0])
    return heads[0] if is_head and len(_cells_of(heads[0])) == len(_cells_of(rows[0])) else None


def _is_head(row: Node) -> bool:
    """Whether a row names columns; the one over the buttons may be empty, and a plain cell."""
    roles = [cell.role for cell in _cells_of(row)]
    return len(roles) >= _COLUMNS and roles[:-1] == ["columnheader"] * (len(roles) - 1)


def _turned(view: PageView, rows: list[Node]) -> tuple[tuple[TableCell, ...], ...]:
    """The columns of a table whose rows are headed by names of fields, where each is a record."""
    cells = [_cells_of(row) for row in rows]
    width = len(cells[0]) if cells else 0
    if width <= _COLUMNS or len(rows) < _COLUMNS or any(len(each) != width for each in cells):
        return ()
    if any(each[0].role != "rowheader" or each[1].role != "cell" for each in cells):
        return ()
    names = [view.label(each[0]) for each in cells]
    if sum(map(is_field_name, names)) < _COLUMNS:
        return ()
    return tuple(
        tuple(TableCell(each[at], name, name) for each, name in zip(cells, names, strict=True))
        for at in range(1, width)
    )


def _columns(
    view: PageView, header: Node | None, rows: list[Node], slots: RowSlots
) -> tuple[str, ...]:
    """What the columns are called: by the lowest of several rows of headers.

    A name that stands there more than once is told apart by the one above it (`2024 / Net`).
    """
    if header is None:
        return ()
    first = next((at for at, row in enumerate(rows) if row is header), -1)  # one apart
    names = _names(view, header, slots)
    for row in takewhile(_is_header, rows[first + 1 :]):
        lower = _names(view, row, slots)
        if len(lower) != len(names):
            break
        counts = Counter(lower)
        pairs = zip(names, lower, strict=True)
        names = [
            one if not two or one == two else two if counts[two] == 1 else f"{one}{BAND}{two}"
            for one, two in pairs
        ]
    return tuple(names)


def _names(view: PageView, row: Node, slots: RowSlots) -> list[str]:
    """The label over each column: a cell that spans several names each of them."""
    names: list[str] = []
    for slot in slots.get(id(row), ()):
        names.append(_heading(view, slot.cell) if slot.cell is not None else names[-1])
    return names or [_heading(view, cell) for cell in _cells_of(row)]


def _is_regular(header: Node | None, rows: list[Node]) -> bool:
    """Whether the first row is the only header, and each other one has as many plain cells."""
    if header is None or header is not rows[0] or not _is_header(header):
        return False
    width = len(_cells_of(header))
    body = [_cells_of(row) for row in rows[1:]]
    if any(
        len(cells) != width or _is_header(row) for cells, row in zip(body, rows[1:], strict=True)
    ):
        return False
    nested = (
        below.role in TABLE_ROLES
        for cells in [_cells_of(header), *body]
        for cell in cells
        for below in cell.walk()
    )
    return not any(nested)


def _heading(view: PageView, cell: Node) -> str:
    """What a column is called: what is to be read there, not what a control in it says it does.

    The button in a header that sorts is often named ``Sort by date ascending`` for screen readers,
    and shows ``Date``.
    """
    shown = view.text(cell)
    return shown if any(one.isalnum() for one in shown) else view.label(cell)


def _labels(view: PageView, header: Node | None) -> tuple[str, ...]:
    """Names of columns; one that is missing or repeated goes by its number."""
    names = [view.redact(flat(cell.full_text)) for cell in _cells_of(header)]
    counts = Counter(names)
    return tuple(
        name if name and counts[name] == 1 else f"#{index}" for index, name in enumerate(names, 1)
    )


def _rows(table: Node) -> Iterator[Node]:
    for child in table.children:
        if child.role == "row":
            yield child
        elif child.role not in TABLE_ROLES:
            yield from _rows(child)


def _cells_of(row: Node | None) -> list[Node]:
    return [cell for cell in row.children if cell.role in CELL_ROLES] if row else []


def _split_header(view: PageView, rows: list[Node]) -> tuple[Node | None, list[Node]]:
    for index, row in enumerate(rows[:_HEADER_ROWS]):
        cells = _cells_of(row)
        if cells and sum(cell.role == "columnheader" for cell in cells) * 2 > len(cells):
            rest = [one for one in rows[index + 1 :] if not _is_header(one)]
            return row, rest
    if len(rows) > 1 and _reads_like_header(view, _cells_of(rows[0]), _cells_of(rows[1])):
        return rows[0], rows[1:]
    return None, rows


def _is_header(row: Node) -> bool:
    cells = _cells_of(row)
    return bool(cells) and all(cell.role == "columnheader" for cell in cells)


def _reads_like_header(view: PageView, first: list[Node], second: list[Node]) -> bool:
    names = [view.text(cell) for cell in first]
    if len(first) < _COLUMNS or len(first) != len(second):
        return False
    if any(re.search(r"\d", name) for name in names):
        return False
    return sum(is_field_name(name) for name in names) * 2 >= sum(bool(name) for name in names) > 0


def _continues(view: PageView, row: Node, columns: tuple[str, ...], slots: RowSlots) -> bool:
    """Whether a row only adds to the one before: fewer cells than columns, nothing new to date."""
    cells = _shared(row, slots) or _cells_of(row)
    if not columns or len(cells) >= len(columns) or len(cells) > max(1, len(columns) - 2):
        return False
    text = view.text(row)
    return bool(text) and not (
        len(cells) == 1 and len(text) < _DATED_CELL and re.search(r"(19|20)\d{2}", text)
    )


def _shared(row: Node, slots: RowSlots) -> list[Node]:
    """The cells of a row with those that reach down to it, where there are any."""
    own = slots.get(id(row), ())
    if not any(one.repeated for one in own) or any(one.cell is None for one in own):
        return []
    return [one.cell for one in own if one.cell is not None]


def _row_cells(
    rows: list[Node],
    header: Node | None,
    columns: tuple[str, ...],
    labels: tuple[str, ...],
    slots: RowSlots,
) -> Iterator[TableCell]:
    for row in rows:
        own = slots.get(id(row), ())
        if columns and len(own) == len(columns) and any(one.cell is None for one in own):
            yield from _spanning(own, columns)
            continue
        cells = _shared(row, slots) or _cells_of(row)
        for index, cell in enumerate(cells):
            column = _column(index, cell, cells, header, columns)
            label = labels[index] if len(cells) == len(labels) else column
            yield TableCell(cell, column, label)


def _spanning(own: tuple[Slot, ...], columns: tuple[str, ...]) -> Iterator[TableCell]:
    """The cells of a row of which one spans several columns: it stands in none of them."""
    for at, slot in enumerate(own):
        if slot.cell is not None:
            spans = at + 1 < len(own) and own[at + 1].cell is None
            column = "" if spans and columns[at] != columns[at + 1] else columns[at]
            yield TableCell(slot.cell, column, column)


def _column(
    index: int, cell: Node, cells: list[Node], header: Node | None, columns: tuple[str, ...]
) -> str:
    if len(cells) == len(columns):
        return columns[index]
    if header is None or cell.box is None:
        return ""
    middle = cell.box.x + cell.box.width / 2
    for name, head in zip(columns, _cells_of(header), strict=True):
        if head.box and head.box.x <= middle <= head.box.x + head.box.width:
            return name
    return ""
