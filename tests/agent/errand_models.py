"""Errands with a loopback model server, alone or behind recordings."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.choice import PlannerChoice, PlannerName
from skyvern_dagster.agent.planner import Goal, Place
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.llm.loopback import ModelServer
from tests.agent.errand import Errand


def with_model(
    errand: Errand,
    server: ModelServer,
    page: str,
    goal: Goal,
    *,
    planner: PlannerName = "llm",
    variables: dict[str, str] | None = None,
    settings: dict[str, Any] | None = None,
    **changes: Any,
) -> TaskResult:
    """Runs a task; recordings are kept when ``variables`` are given."""
    choice = PlannerChoice(
        model=server.settings(**{"retries": 0, **(settings or {})}),
        store=errand.store if variables is not None else None,
    )
    place = Place("wpid_1", "errand", variables or {})
    return errand.plan(page, choice.named(planner), goal=goal, place=place, **changes)


def decide(*decisions: dict[str, Any], why: str = "because") -> dict[str, Any]:
    """A planning answer."""
    return {"why": why, "decisions": list(decisions)}
