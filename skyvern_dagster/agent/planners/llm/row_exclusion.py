"""Whether a row of a list is none of those that a task wants, as the task or the row says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.llm.data_schema import field_names, schema_of
from skyvern_dagster.reading.amounts import only_number
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.date_window import date_window
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.record import Record
from skyvern_dagster.reading.words import fold, stems, words

_SAME_SUM = 0.005
"""Half a cent: what rounding can make of a sum."""
_LEAST_SUMMED = 2
"""Rows: what one comes to is itself."""


def is_excluded(row: Record, kept: Sequence[Record], goal: Goal) -> bool:
    """Whether a row is left out with a reason.

    Args:
        row: It isn't among the data.
        kept: The rows that are.
        goal: The task's.
    """
    return (
        _is_outside_window(row, goal)
        or _is_under_other_heading(row, kept, goal)
        or _is_of_other_kind(row, kept)
        or _sums_up(row, kept)
        or _is_told_apart(row, kept, goal)
    )


def _is_outside_window(row: Record, goal: Goal) -> bool:
    """Whether all its days are others than those that are asked for."""
    wording = f"{goal.navigation_goal} {goal.data_extraction_goal}"
    window = date_window(wording, goal.payload, goal.today, periods=True)
    found = (one for cell in row.cells for one in find_dates(cell.text, goal.today))
    days = [day for one in found for day in one.days]
    return bool(window and days) and not any(map(window.holds, days))


def _is_of_other_kind(row: Record, kept: Sequence[Record]) -> bool:
    """Whether most of its cells hold another kind of text than all others do: a group's header."""
    return len(_other_cells(row, kept)) > len(dict(_shapes(row))) / 2


def _other_cells(row: Record, kept: Sequence[Record]) -> list[str]:
    """The columns in which a row holds another kind of text than all others do."""
    others = [dict(_shapes(one)) for one in kept]
    own = dict(_shapes(row))
    return [label for label in own if own[label] not in {one.get(label) for one in others}]


def _shapes(row: Record) -> Iterator[tuple[str, str]]:
    for cell in row.cells:
        if not cell.text:
            continue
        day = find_dates(cell.text, row.today)
        figures = any(one.isdecimal() for one in cell.text)
        letters = any(one.isalpha() for one in cell.text)
        yield cell.label, "day" if day else f"{figures} {letters}"


def _sums_up(row: Record, kept: Sequence[Record]) -> bool:
    """Whether an amount of it is what those of the others come to, and it isn't one like them."""
    if len(kept) < _LEAST_SUMMED or not _other_cells(row, kept):
        return False
    own, others = _amounts(row), list(map(_amounts, kept))
    return any(
        all(label in one for one in others)
        and abs(sum(one[label] for one in others) - value) < _SAME_SUM
        for label, value in own.items()
        if value
    )


def _amounts(row: Record) -> dict[str, float]:
    found = ((cell.label, only_number(cell.text)) for cell in row.cells)
    return {label: float(one) for label, one in found if one is not None}


def _is_told_apart(row: Record, kept: Sequence[Record], goal: Goal) -> bool:
    """Whether a word of it is one that the task excludes, or theirs are ones that it names."""
    lists = word_list("restrictions")
    told = " ".join(_told(goal))
    named = stems(told) - stems(" ".join(lists["plain"]))
    excludes = bool({*lists["excluding"], *lists["leaving_out"]} & set(words(told)))
    for cell in row.cells:
        theirs = {fold(one.text) for each in kept for one in each.cells if one.label == cell.label}
        if (
            not cell.text
            or fold(cell.text) in theirs
            or any(map(_has_figure, (cell.text, *theirs)))
        ):
            continue
        own = stems(cell.text)
        if own <= stems(told) and excludes:
            return True
        if not own & named and all(stems(one) & named for one in theirs):
            return True
    return False


def _has_figure(text: str) -> bool:
    return any(one.isdecimal() for one in text)


def _told(goal: Goal) -> Iterator[str]:
    """What says which records are wanted: of a schema the names, and what describes them."""
    yield from (goal.navigation_goal, goal.data_extraction_goal, goal.instructions)
    yield from (str(value) for _, value in flat_items(goal.payload))
    yield from _descriptions(goal.data_schema)
    yield from field_names(schema_of(goal.data_schema))


def _descriptions(schema: Any) -> Iterator[str]:
    match schema:
        case dict():
            yield str(schema.get("description") or "")
            for inner in schema.values():
                yield from _descriptions(inner)
        case list():
            for inner in schema:
                yield from _descriptions(inner)
        case _:
            return


def _is_under_other_heading(row: Record, kept: Sequence[Record], goal: Goal) -> bool:
    """Whether it stands in another list than they do, of which the task names only theirs."""
    wanted = stems(goal.data_extraction_goal)
    theirs = {_heading(one) for one in kept}
    own = _heading(row)
    return (
        own not in theirs and all(stems(one) & wanted for one in theirs) and not stems(own) & wanted
    )


def _heading(row: Record) -> str:
    """The last heading before a row, outside of it."""
    last = ""
    for node in row.view.nodes:
        if node is row.nodes[0]:
            break
        if node.role == "heading":
            last = row.view.text(node)
    return last
