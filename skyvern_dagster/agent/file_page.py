"""A file as if it were a page: so that what reads pages without a model reads files as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skyvern_dagster.agent.decisions import Extract
from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.policy import SURE_ENOUGH
from skyvern_dagster.browser.observation import Node, Observation

_ADDRESS = "https://file.invalid/"
"""No page: nothing leads there (RFC 2606)."""

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""Name of a table -> its rows."""


async def read_file_data(name: str, text: str, tables: Tables, goal: str, schema: Any) -> Any:
    """What a file says about the fields of a schema, read without a model.

    Args:
        name: The file's name.
        text: What a person reads in it.
        goal: What is asked for, in words.
        schema: JSON Schema of it.

    Returns:
        The data; ``None`` where not enough of it is plain.
    """
    page = Observation(url=_ADDRESS, title=name, root=_document(name, text, tables))
    request = PlanRequest(
        Goal(data_extraction_goal=goal, data_schema=schema), page, first_text=page.text
    )
    plan = await HeuristicPlanner().plan(request)
    if plan.confidence < SURE_ENOUGH:
        return None
    return next((each.data for each in plan.decisions if isinstance(each, Extract)), None)


def _document(name: str, text: str, tables: Tables) -> Node:
    lines = tuple(
        Node("paragraph", children=(Node("text", line.strip()),))
        for line in text.splitlines()
        if line.strip()
    )
    grids = tuple(_table(title, rows) for title, rows in tables.items() if rows)
    heading = Node("heading", name, level=1, tag="h1")
    main = Node("main", children=(heading, *lines, *grids), tag="main")
    return Node("document", children=(main,))


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> Node:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    header = Node(
        "row", children=tuple(Node("columnheader", each, tag="th") for each in columns), tag="tr"
    )
    body = tuple(
        Node(
            "row",
            children=tuple(Node("cell", _written(row.get(each)), tag="td") for each in columns),
            tag="tr",
        )
        for row in rows
    )
    return Node("table", title, children=(header, *body), tag="table")


def _written(value: Any) -> str:
    return "" if value is None else str(value)
