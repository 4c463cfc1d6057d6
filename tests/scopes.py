"""Scopes in which runs begin, for tests that look at a single piece of a run."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.execution.run import first_scope
from skyvern_dagster.execution.run_info import RunInfo
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import new_id
from skyvern_dagster.workflow.loader import Workflow


def new_scope(workflow: Workflow, parameters: dict[str, Any], run_id: str | None = None) -> Scope:
    """The first scope of a run that nobody has written down."""
    info = RunInfo(
        workflow_run_id=run_id or new_id("wr"),
        workflow_permanent_id=workflow.workflow_permanent_id,
        workflow=workflow.name,
        created_at="2024-05-16T08:35:24.920793",
        parameters=parameters,
    )
    return first_scope(workflow, info, trust="operator")
