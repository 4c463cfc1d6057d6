"""Reading data off a page in the recorded way; any difference is told instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, assert_never

from skyvern_dagster.agent.extraction import mismatch
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.mapping import (
    Reading,
    ReadList,
    ReadRow,
    ReadValue,
)
from skyvern_dagster.agent.planners.replay.data_mapping.page_signs import signs_of
from skyvern_dagster.agent.planners.replay.data_mapping.rows import rows_with
from skyvern_dagster.agent.planners.replay.variables import Variables
from skyvern_dagster.errors import PageDiffersError
from skyvern_dagster.reading.slots import Container, Sheet, Slot, sheet_of
from skyvern_dagster.reading.written_values import read_value


def read_again(
    reading: Reading, request: PlanRequest, variables: Variables, *, more: bool = False
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
    reader = _Reader(sheet_of(request.observation, request.redact), variables, request.goal.today)
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
    def __init__(self, sheet: Sheet, variables: Variables, today: date) -> None:
        self._sheet = sheet
        self._variables = variables
        self._today = today
        self._slots = sheet.slots()
        self._containers: tuple[Container, ...] = ()
        self._read: list[Slot] = []

    def part(self, part: ReadValue | ReadRow | ReadList) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Paths in the data and what belongs there."""
        match part:
            case ReadValue():
                value, slot = self._value(part, self._slots)
                self._read.append(slot)
                yield part.path, value
            case ReadRow():
                record = self._row(part)
                for each in part.each:
                    yield each.path, self._value(each, record)[0]
            case ReadList():
                records = self._container(part).records
                yield part.path, [self._entry(part, record) for record in records]
            case _:
                assert_never(part)

    def check(self, reading: Reading, *, more: bool) -> None:
        """Holds the page around the data to what it was."""
        signs = signs_of(
            self._sheet, self._containers, self._read, self._variables, paged=reading.paged
        )
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

    def _row(self, part: ReadRow) -> Sequence[Slot]:
        found = rows_with(part.keys, self._container(part), self._variables)
        if len(found) != 1:
            shown = ", ".join(self._variables.fill(key.text) for key in part.keys)
            raise PageDiffersError(f"{len(found) or 'no'} rows show {shown}")
        return found[0]

    def _container(self, part: ReadRow | ReadList) -> Container:
        alike = [each for each in self._sheet.containers if self._is_it(part, each)]
        if len(alike) != 1:
            number = "no" if not alike else str(len(alike))
            raise PageDiffersError(f"there is {number} {part.shape} with {', '.join(part.headers)}")
        container = alike[0]
        if not container.records:
            raise PageDiffersError("the table has no rows")
        self._containers += (container,)
        return container

    def _is_it(self, part: ReadRow | ReadList, container: Container) -> bool:
        fill = self._variables.fill
        if (container.shape, container.name) != (part.shape, fill(part.name)):
            return False
        headers = tuple(map(fill, part.headers))
        if part.shape == "list":
            return set(container.headers) <= set(headers) and container.under == fill(part.under)
        by_number = any(value.label.startswith("#") for value in part.each)
        same = container.headers == headers
        if not by_number:
            same = Counter(container.headers) == Counter(headers)
        return same and container.under == fill(part.under)

    def _entry(self, part: ReadList, record: Sequence[Slot]) -> Any:
        entry: Any = {}
        for value in part.each:
            entry = _put(entry, value.path, self._value(value, record)[0])
        return entry | dict.fromkeys(part.absent) if isinstance(entry, dict) else entry

    def _value(self, value: ReadValue, record: Sequence[Slot]) -> tuple[Any, Slot]:
        place = (self._variables.fill(value.label), value.role)
        found = [slot for slot in record if slot.place == place]
        what = place[0] or place[1]
        if len(found) != 1:
            raise PageDiffersError(f"{what!r} is there {len(found)} times instead of once")
        if not found[0].text and value.form.form not in ("url", "path"):
            if value.optional:
                return None, found[0]
            raise PageDiffersError(f"{what!r} is empty")
        try:
            return read_value(value.form, found[0], self._today), found[0]
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
