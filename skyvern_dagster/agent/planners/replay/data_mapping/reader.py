"""DataMapping data off a page in the recorded way; any difference is told instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, assert_never

from skyvern_dagster.agent.extraction import mismatch
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.mapping import (
    DataMapping,
    ReadList,
    ReadRow,
    ReadValue,
)
from skyvern_dagster.agent.planners.replay.data_mapping.page_signs import signs_of
from skyvern_dagster.agent.planners.replay.data_mapping.rows import rows_with
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.errors import PageDiffersError
from skyvern_dagster.reading.cells import Cell
from skyvern_dagster.reading.page_cells import PageCells
from skyvern_dagster.reading.record import RecordSet
from skyvern_dagster.reading.written_values import read_value


def read_again(
    reading: DataMapping, request: PlanRequest, variables: Variables, *, more: bool = False
) -> Any:
    """The data that a page shows today.

    Args:
        reading: How it was read.
        request: The page, and the task.
        variables: The task's facts.
        more: Whether other pages follow, so that this one shows a part.

    Raises:
        PageDiffersError: The page, or a value on it, isn't as it was when the reading was recorded.
        LookupError: The recording has a variable that this task doesn't have.
    """
    reader = _Reader(
        PageCells.of(request.observation, request.goal.today, request.redact),
        variables,
        request.goal.today,
    )
    data: Any = {}
    for part in reading.parts:
        for path, value in reader.part(part):
            data = _put(data, path, value)
    reader.check(reading, more=more)
    problem = mismatch(data, request.goal.data_schema)
    if problem is not None:
        raise PageDiffersError(f"what the page gives doesn't fit data_schema: {problem}")
    return data


class _Reader:
    def __init__(self, page: PageCells, variables: Variables, today: date) -> None:
        self._page = page
        self._variables = variables
        self._today = today
        self._cells = page.cells()
        self._sets: tuple[RecordSet, ...] = ()
        self._read: list[Cell] = []

    def part(self, part: ReadValue | ReadRow | ReadList) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Paths in the data and what belongs there."""
        match part:
            case ReadValue():
                value, cell = self._value(part, self._cells)
                self._read.append(cell)
                yield part.path, value
            case ReadRow():
                record = self._row(part)
                for each in part.each:
                    yield each.path, self._value(each, record)[0]
            case ReadList():
                records = self._source(part).records
                yield part.path, [self._entry(part, record.cells) for record in records]
            case _:
                assert_never(part)

    def check(self, reading: DataMapping, *, more: bool) -> None:
        """Holds the page around the data to what it was."""
        signs = signs_of(self._page, self._sets, self._read, self._variables, paged=reading.paged)
        if signs.shows_part and not more:
            raise PageDiffersError("the page says that it shows only a part")
        for what, then, now in (
            ("headings", reading.headings, signs.headings),
            ("labels", reading.labels, signs.labels),
        ):
            if then != now:
                raise PageDiffersError(f"the page has other {what}: {_difference(then, now)}")
        if reading.controls != signs.controls:
            raise PageDiffersError("the page has other links, buttons, fields or messages")

    def _row(self, part: ReadRow) -> Sequence[Cell]:
        rows = rows_with(part.keys, self._source(part), self._variables)
        if len(rows) != 1:
            shown = ", ".join(self._variables.fill(key.text) for key in part.keys)
            raise PageDiffersError(f"{len(rows) or 'no'} rows show {shown}")
        return rows[0].cells

    def _source(self, part: ReadRow | ReadList) -> RecordSet:
        alike = [each for each in self._page.sets if self._is_it(part, each)]
        if len(alike) != 1:
            number = "no" if not alike else str(len(alike))
            raise PageDiffersError(f"there is {number} {part.shape} with {', '.join(part.headers)}")
        source = alike[0]
        if not source.records:
            raise PageDiffersError("the table has no rows")
        self._sets += (source,)
        return source

    def _is_it(self, part: ReadRow | ReadList, source: RecordSet) -> bool:
        fill = self._variables.fill
        if (source.shape, source.name) != (part.shape, fill(part.name)):
            return False
        headers = tuple(map(fill, part.headers))
        if part.shape == "list":
            return set(source.labels) <= set(headers) and source.under == fill(part.under)
        by_number = any(value.label.startswith("#") for value in part.each)
        same = source.labels == headers
        if not by_number:
            same = Counter(source.labels) == Counter(headers)
        return same and source.under == fill(part.under)

    def _entry(self, part: ReadList, record: Sequence[Cell]) -> Any:
        entry: Any = {}
        for value in part.each:
            entry = _put(entry, value.path, self._value(value, record)[0])
        return entry | dict.fromkeys(part.absent) if isinstance(entry, dict) else entry

    def _value(self, value: ReadValue, record: Sequence[Cell]) -> tuple[Any, Cell]:
        place = (self._variables.fill(value.label), value.role)
        cells = [cell for cell in record if cell.place == place]
        what = place[0] or place[1]
        if len(cells) != 1:
            raise PageDiffersError(f"{what!r} is there {len(cells)} times instead of once")
        if not cells[0].text and value.form.form not in ("url", "path"):
            if value.optional:
                return None, cells[0]
            raise PageDiffersError(f"{what!r} is empty")
        try:
            return read_value(value.form, cells[0], self._today), cells[0]
        except ValueError as error:
            raise PageDiffersError(f"{what!r}: {error}") from error


def _put(data: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    inner = data.get(path[0], {}) if isinstance(data, dict) else {}
    return {**data, path[0]: _put(inner, path[1:], value)}


def _difference(then: Sequence[str], now: Sequence[str]) -> str:
    gone, new = Counter(then) - Counter(now), Counter(now) - Counter(then)
    told = [f"{each!r} is new" for each in new] + [f"{each!r} is gone" for each in gone]
    return re.sub(r"\s+", " ", "; ".join(told[:3])) or "in another order"
