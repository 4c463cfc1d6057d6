"""Rows of a list that data leaves out, where the task wants all of it.

Only where the task says so in words that narrow nothing (`all orders of the page`), each of the
data's items is one of the list's rows, and a row that is filled in like these, and that nothing
excludes, is none of them.
"""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.llm.data_schema import field_names, schema_of
from skyvern_dagster.agent.planners.llm.placed_values import items_of, shaped_sets, whole_rows
from skyvern_dagster.agent.planners.llm.row_exclusion import is_excluded
from skyvern_dagster.agent.whole_list import wants_several
from skyvern_dagster.reading.concepts import NEARLY_ONLY, concept, word_list
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record, RecordSet
from skyvern_dagster.reading.words import clip, stems

_ASIDE = (
    "row.aside", "field.total", "field.net_amount", "field.tax", "field.shipping_cost",
    "field.balance",
)  # fmt: skip
"""How rows are called that stand below records, or among them, and are none."""


def left_out(data: Any, request: PlanRequest) -> str:
    """A sentence on the first row that is missing; empty where none is, or nothing tells."""
    items = items_of(data)
    if not items or not wants_several(request.goal):
        return ""
    view = PageView(request.observation)
    for listed in shaped_sets(view, request.goal.today):
        found = [whole_rows(item, listed) for item in items]
        if not all(found) or _narrows(request, view, listed):
            continue
        known = {id(row) for rows in found for row in rows}
        kept = [row for rows in found for row in rows]
        missing = (row for row in listed.records if id(row) not in known and _is_like(row, kept))
        for row in missing:
            if not is_excluded(row, kept, request.goal):
                return f'the row "{clip(_text(row))}" is missing, and all are asked for'
    return ""


def _narrows(request: PlanRequest, view: PageView, listed: RecordSet) -> bool:
    """Whether the task says anything of the rows that neither the page nor the schema calls so.

    What a row is said to be (`paid`), and words that exclude, are judged row by row.
    """
    lists = word_list("restrictions")
    plain = {*lists["plain"], *lists["several"]}
    names = " ".join((*field_names(schema_of(request.goal.data_schema)), *view.main_headings))
    columns = " ".join(cell.label for row in listed.records[:1] for cell in row.cells)
    said = " ".join(
        cell.text
        for row in listed.records
        for cell in row.cells
        if not any(one.isdecimal() for one in cell.text)
    )
    told = (*plain, *lists["excluding"], names, columns, said, request.observation.title)
    explained = stems(" ".join(told))
    return bool(stems(request.goal.data_extraction_goal) - explained)


def _is_like(row: Record, others: list[Record]) -> bool:
    """Whether a row is filled in wherever the others are, and is no sum or charge beside them."""
    filled = [{cell.label for cell in one.cells if cell.text.strip()} for one in (row, *others)]
    aside = [concept(name) for name in _ASIDE]
    is_aside = any(one.score(cell.text) >= NEARLY_ONLY for cell in row.cells for one in aside)
    return not is_aside and set.intersection(*filled[1:]) <= filled[0]


def _text(row: Record) -> str:
    return " ".join(cell.text for cell in row.cells)
