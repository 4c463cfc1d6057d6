"""Finding out how data was read off a page; where that isn't certain, nothing is learnt."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.conditions import wants_all
from skyvern_dagster.agent.planners.replay.data_mapping.mapping import (
    DataMapping,
    ReadList,
    ReadRow,
    ReadValue,
)
from skyvern_dagster.agent.planners.replay.data_mapping.page_signs import signs_of
from skyvern_dagster.agent.planners.replay.data_mapping.reader import read_again
from skyvern_dagster.agent.planners.replay.data_mapping.rows import NamedRow, named_rows
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.errors import PageDiffersError
from skyvern_dagster.reading.cells import Cell
from skyvern_dagster.reading.concepts import best_concept, concepts
from skyvern_dagster.reading.page_cells import PageCells
from skyvern_dagster.reading.record import RecordSet
from skyvern_dagster.reading.words import name_words, stem
from skyvern_dagster.reading.written_values import notations_of

_NOTHING: tuple[Any, ...] = (None, "")
_TELLING = 4
"""Characters that a value without a fitting label needs: below four, the same digits stand on a
page by chance (days, counts, pages)."""
_RELATED = 0.5
"""Half of the words of a field's name and of its label are shared: `order_date` and `Date`."""
_COMPUTED = frozenset({"count", "sum", "average", "mean", "number", "anzahl", "summe", "nombre"})
"""Names of values that are more often computed than read."""
_SAME_THING = 0.6
"""How plainly both have to mean one concept: two fifths of their letters (`concepts.MOSTLY`)."""

Path = tuple[str, ...]


def learn(
    data: Any, request: PlanRequest, variables: Variables, *, paged: bool = False
) -> DataMapping | None:
    """How this data stands on this page; ``None`` where any of it isn't certain.

    What is learnt is tried at once: it must give the very same data from the very same page.

    Args:
        data: As it was read.
        request: The page, and the task.
        variables: The task's facts.
        paged: Whether it is the first of several pages.
    """
    page = PageCells.of(request.observation, request.goal.today, request.redact)
    learner = _Learner(page, variables)
    try:
        parts = tuple(learner.parts(_parts(data, ())))
    except LookupError:
        return None
    sets = learner.sets
    goal = _without_names(request.goal, learner.named, variables)
    names = {*learner.named, *_names(data, page, sets)}
    if not parts or (sets and not wants_all(goal, names)):
        return None
    signs = signs_of(page, sets, learner.read, variables, paged=paged)
    reading = DataMapping(
        schema_digest=schema_digest(request.goal.data_schema),
        parts=parts,
        headings=signs.headings,
        labels=signs.labels,
        controls=signs.controls,
        paged=paged,
    )
    try:
        again = read_again(reading, request, variables, more=paged)
    except PageDiffersError:
        return None
    return reading if again == data else None


def schema_digest(schema: Any) -> str:
    """Tells one schema from another."""
    text = json.dumps(schema, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class _Learner:
    """Finds the places of values; raises :class:`LookupError` where one isn't certain."""

    def __init__(self, page: PageCells, variables: Variables) -> None:
        self._page = page
        self._variables = variables
        self._cells = page.cells()
        self._rows = tuple(named_rows(page, variables))
        self.sets: tuple[RecordSet, ...] = ()
        self.read: list[Cell] = []
        self.named: frozenset[str] = frozenset()

    def parts(self, wanted: Iterable[tuple[Path, Any]]) -> Iterator[ReadValue | ReadRow | ReadList]:
        """How each value and list is read, those of one row together."""
        in_rows: dict[int, list[ReadValue]] = {}
        for path, value in wanted:
            if isinstance(value, list):
                yield self._list(path, value)
                continue
            place, part, cells = self._single(path, value)
            if place is None:
                self.read += cells
                yield part
            else:
                in_rows.setdefault(place, []).append(part)
        for place, values in in_rows.items():
            yield self._row(self._rows[place], values)

    def _single(self, path: Path, value: Any) -> tuple[int | None, ReadValue, list[Cell]]:
        """The only place of a value: in a row that variables name, by its number, or elsewhere.

        A row goes before the same place on the page: tomorrow there may be other rows beside it.
        """
        places: list[tuple[int | None, Sequence[Cell]]] = [
            (index, row.record.cells) for index, row in enumerate(self._rows)
        ]
        fitting = []
        for place, record in [*places, (None, self._cells)]:
            with contextlib.suppress(LookupError):
                fitting.append((place, *self._value(path, [value], [record])))
        if len({id(cell.node) for _, _, cells in fitting for cell in cells}) != 1:
            raise LookupError(f"{path} stands in no place, or in several")
        return fitting[0]

    def _row(self, row: NamedRow, values: list[ReadValue]) -> ReadRow:
        self.sets += (row.source,)
        self.named |= row.names
        return ReadRow(**self._which(row.source), keys=row.keys, each=tuple(values))

    def _which(self, source: RecordSet) -> dict[str, Any]:
        """What a table or list is found again by."""
        lift = self._variables.lift
        return {
            "shape": source.shape,
            "name": lift(source.name),
            "under": lift(source.under),
            "headers": tuple(map(lift, source.labels)),
        }

    def _list(self, path: Path, entries: list[Any]) -> ReadList:
        fitting = []
        for source in self._page.sets:
            if len(source.records) == len(entries) > 0:
                try:
                    fitting.append((source, self._each(source, entries)))
                except LookupError:
                    continue
        if len(fitting) != 1:
            raise LookupError("no table or list has these entries, or several have")
        source, (each, absent) = fitting[0]
        self.sets += (source,)
        return ReadList(path=path, **self._which(source), each=each, absent=absent)

    def _each(
        self, source: RecordSet, entries: list[Any]
    ) -> tuple[tuple[ReadValue, ...], tuple[str, ...]]:
        records = [record.cells for record in source.records]
        if not isinstance(entries[0], dict):
            return (self._value((), entries, records)[0],), ()
        keys = {tuple(entry) if isinstance(entry, dict) else () for entry in entries}
        if len(keys) != 1:
            raise LookupError("entries have different names")
        each, absent = [], []
        for key in keys.pop():
            values = [entry[key] for entry in entries]
            if all(value in _NOTHING for value in values):
                absent.append(self._absent(key, values, source))
            else:
                each.append(self._value((key,), values, records)[0])
        return tuple(each), tuple(absent)

    def _absent(self, key: str, values: list[Any], source: RecordSet) -> str:
        """A name that no column has: only a table's header can tell that."""
        empty = any(not cell.text for record in source.records for cell in record.cells)
        if source.shape != "table" or empty or any(value is not None for value in values):
            raise LookupError(f"{key} may stand somewhere another day")
        return key

    def _value(
        self, path: Path, values: Sequence[Any], records: Sequence[Sequence[Cell]]
    ) -> tuple[ReadValue, list[Cell]]:
        """The one place that holds these values, one in each record."""
        candidates = list(self._candidates(path, values, records))
        best = max((each.score for each in candidates), default=0.0)
        top = [each for each in candidates if each.score == best]
        if len({each.found.label + each.found.role for each in top}) != 1:
            raise LookupError(f"{path} stands in no place, or in several")
        if best < _RELATED and not self._is_telling(values):
            raise LookupError(f"{path} may stand there by chance")
        return top[0].found, top[0].cells

    def _candidates(
        self, path: Path, values: Sequence[Any], records: Sequence[Sequence[Cell]]
    ) -> Iterator[_Candidate]:
        for place in dict.fromkeys(cell.place for record in records for cell in record):
            column = [only(record, place) for record in records]
            pairs = [
                (cell, value)
                for cell, value in zip(column, values, strict=True)
                if cell is not None and value not in _NOTHING
            ]
            empty = [
                value is None and cell is not None and not cell.text
                for cell, value in zip(column, values, strict=True)
            ]
            if not pairs or len(pairs) + sum(empty) != len(values):
                continue
            score = relation(path[-1] if path else "", place[0])
            cells = [cell for cell, _ in pairs]
            for form in notations_of(
                cells, [value for _, value in pairs], related=score >= _RELATED
            ):
                label, role = self._variables.lift(place[0]), place[1]
                candidate = ReadValue(
                    path=path, label=label, role=role, form=form, optional=any(empty)
                )
                yield _Candidate(candidate, cells, score)

    def _is_telling(self, values: Sequence[Any]) -> bool:
        """Whether a value is long enough, and rare enough on the page, to be no coincidence."""
        return any(
            len(text) >= _TELLING
            and sum(text in cell.text or text in cell.url for cell in self._cells) == 1
            for text in map(str, values)
        )


@dataclass(frozen=True)
class _Candidate:
    found: ReadValue
    cells: list[Cell]
    score: float


def only(record: Sequence[Cell], place: tuple[str, str]) -> Cell | None:
    """The cell of a record at a place; ``None`` where there is none, or more than one."""
    cells = [cell for cell in record if cell.place == place]
    return cells[0] if len(cells) == 1 else None


def relation(name: str, label: str) -> float:
    """How far a label says what a field is called: 0 to 1."""
    wanted = {stem(word) for word in name_words(name)}
    own = {stem(word) for word in name_words(label)}
    if not wanted or not own:
        return 0.0
    share = len(wanted & own) / len(wanted | own)
    if wanted & _COMPUTED and share < 1:
        # A count, a sum: more likely computed than read.
        return 0.0
    return max(share, _RELATED if _one_concept(wanted, own) else 0.0)


def _one_concept(wanted: set[str], own: set[str]) -> bool:
    fields = concepts("field.")
    (one, sure), (other, also) = (
        best_concept(" ".join(sorted(each)), fields) for each in (wanted, own)
    )
    return one is not None and one is other and min(sure, also) >= _SAME_THING


def _parts(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Values and lists with the names that lead to them."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _parts(value, (*path, str(key)))
    else:
        yield path, data


def _without_names(goal: Goal, names: frozenset[str], variables: Variables) -> Goal:
    """The goal without the variables that name a row: they aren't conditions of another kind."""

    def without(text: str) -> str:
        return re.sub(rf"{{{{ (?:{'|'.join(map(re.escape, names))}) }}}}", " ", text)

    if not names:
        return goal
    return replace(
        goal,
        navigation_goal=without(variables.lift(goal.navigation_goal)),
        data_extraction_goal=without(variables.lift(goal.data_extraction_goal)),
    )


def _names(data: Any, page: PageCells, sets: tuple[RecordSet, ...]) -> Iterator[str]:
    """What page and schema call things."""
    yield from re.findall(r'"([^"]+)":', json.dumps(data, default=str, ensure_ascii=False))
    for source in sets:
        yield from (source.name, source.under, *source.labels)
    yield from (cell.text for cell in page.cells() if cell.role.startswith("heading 1"))
