"""The one row of a table, or item of a list, that a task's variables name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.planners.replay.data_mapping.mapping import RowKey
from skyvern_dagster.agent.variables import Variables, used_in
from skyvern_dagster.reading.cells import Cell
from skyvern_dagster.reading.page_cells import PageCells
from skyvern_dagster.reading.record import Record, RecordSet


@dataclass(frozen=True)
class NamedRow:
    """A row that nothing but its variables tells from the others.

    Attributes:
        keys: All that it shows of variables: the order's number, and its date where a variable
            has that, too.
    """

    source: RecordSet
    record: Record
    keys: tuple[RowKey, ...]

    @property
    def names(self) -> frozenset[str]:
        """The variables that name it."""
        return frozenset().union(*(used_in(key.text) for key in self.keys))


def named_rows(page: PageCells, variables: Variables) -> Iterator[NamedRow]:
    """Rows that show values of variables, where no other row of the same table shows them all."""
    for source in page.sets:
        for record in source.records:
            keys = tuple(_keys(record.cells, variables))
            if keys and rows_with(keys, source, variables) == [record]:
                yield NamedRow(source, record, keys)


def rows_with(keys: Sequence[RowKey], source: RecordSet, variables: Variables) -> list[Record]:
    """The rows that show all this, with today's values of the variables.

    Raises:
        LookupError: There is no such variable in this task.
    """
    wanted = [
        (variables.fill(key.label), key.role, variables.fill(key.text).casefold()) for key in keys
    ]
    return [
        record
        for record in source.records
        if set(wanted) <= {(*cell.place, cell.text.casefold()) for cell in record.cells}
    ]


def _keys(record: Sequence[Cell], variables: Variables) -> Iterator[RowKey]:
    for cell in record:
        text = variables.lift(cell.text)
        if used_in(text):
            yield RowKey(label=variables.lift(cell.label), role=cell.role, text=text)
