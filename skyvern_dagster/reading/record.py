"""One record of a page, and several that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import Cell, cells_below, cells_in_column
from skyvern_dagster.reading.facts import Fact, facts_of, pieces_of
from skyvern_dagster.reading.page import PageView


@dataclass(frozen=True)
class TableCell:
    """A cell of a table's row.

    Attributes:
        column: The column's name as the page writes it, or empty.
        label: What the cell is found by: the name where only one column has it, else its number.
    """

    node: Node
    column: str
    label: str


@dataclass(frozen=True, eq=False)
class Record:
    """One record: a row, an item, a card, or the pieces of a flat page that belong together.

    It is read in two ways: as cells, which are texts in named places and exactly what stands
    there, and as facts, which are the dates, amounts, numbers and texts in it with what they mean.

    Attributes:
        view: The page.
        nodes: The nodes that make it up.
        today: The day of the run, for relative dates.
        row: The cells of a table's row; ``None`` where it is no row.
    """

    view: PageView
    nodes: tuple[Node, ...]
    today: date
    row: tuple[TableCell, ...] | None = None

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Its texts by name, in reading order."""
        redact = self.view.redact
        if self.row is None:
            return tuple(cell for node in self.nodes for cell in cells_below(node, redact))
        return tuple(
            cell for each in self.row for cell in cells_in_column(each.node, each.label, redact)
        )

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Its values, in reading order."""
        if self.row is None:
            pieces = pieces_of(self.view, self.nodes)
        else:
            pieces = [
                piece
                for each in self.row
                for piece in pieces_of(self.view, [each.node], each.column)
            ]
        return tuple(facts_of(pieces, self.today))


@dataclass(frozen=True, eq=False)
class RecordSet:
    """Records that belong together.

    Attributes:
        shape: ``table``, ``list``, ``groups``, ``sections`` or ``page``.
        columns: Names of the columns as the page writes them, where there are any.
        container: The node that all of them lie in.
        name: Accessible name of the container.
        under: The heading above it, where that was looked for.
        headers: What a table's cells are found by; none where the table isn't regular.
        is_regular: Whether a value in it can be found again by its place: a table with a header
            and as many cells in each row, or a list of items of one kind.
    """

    shape: str
    records: tuple[Record, ...]
    columns: tuple[str, ...]
    container: Node
    name: str = ""
    under: str = ""
    headers: tuple[str, ...] = ()
    is_regular: bool = False

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """A table's headers; the places that an item can have, of a list."""
        if self.shape == "table":
            return self.headers
        places = {
            f"{cell.label} [{cell.role}]".strip() for one in self.records for cell in one.cells
        }
        return tuple(sorted(places))
