"""The one row of a table, or item of a list, that a task's variables name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.planners.replay.data_mapping.mapping import RowKey
from skyvern_dagster.agent.planners.replay.variables import Variables, used_in
from skyvern_dagster.reading.slots import Container, Sheet, Slot


@dataclass(frozen=True)
class NamedRow:
    """A row that nothing but its variables tells from the others.

    Attributes:
        keys: All that it shows of variables: the order's number, and its date where a variable
            has that, too.
    """

    container: Container
    record: tuple[Slot, ...]
    keys: tuple[RowKey, ...]

    @property
    def names(self) -> frozenset[str]:
        """The variables that name it."""
        return frozenset().union(*(used_in(key.text) for key in self.keys))


def named_rows(sheet: Sheet, variables: Variables) -> Iterator[NamedRow]:
    """Rows that show values of variables, where no other row of the same table shows them all."""
    for container in sheet.containers:
        for record in container.records:
            keys = tuple(_keys(record, variables))
            if keys and rows_with(keys, container, variables) == [record]:
                yield NamedRow(container, record, keys)


def rows_with(
    keys: Sequence[RowKey], container: Container, variables: Variables
) -> list[tuple[Slot, ...]]:
    """The rows that show all this, with today's values of the variables.

    Raises:
        LookupError: There is no such variable in this task.
    """
    wanted = [
        (variables.fill(key.label), key.role, variables.fill(key.text).casefold()) for key in keys
    ]
    return [
        record
        for record in container.records
        if set(wanted) <= {(*slot.place, slot.text.casefold()) for slot in record}
    ]


def _keys(record: Sequence[Slot], variables: Variables) -> Iterator[RowKey]:
    for slot in record:
        text = variables.lift(slot.text)
        if used_in(text):
            yield RowKey(label=variables.lift(slot.label), role=slot.role, text=text)
