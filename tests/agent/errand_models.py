"""Errands with a loopback model server, alone or behind recordings."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.choice import PlannerChoice, PlannerName
from skyvern_dagster.agent.planner import Goal, Place, Planner
from skyvern_dagster.agent.policy import PlannerPolicy
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.llm.loopback import ModelServer
from tests.agent.errand import Errand
from tests.planners.wordless import Wordless


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
    chain = PlannerPolicy([_wordless(each) for each in choice.named(planner)._planners])
    return errand.plan(page, chain, goal=goal, place=place, **changes)


def _wordless(planner: Planner) -> Planner:
    """Planners without a model are held to plan the same, whatever sentences say."""
    return planner if planner.name == "llm" else Wordless(planner)


def decide(*decisions: dict[str, Any], why: str = "because") -> dict[str, Any]:
    """A planning answer."""
    return {"why": why, "decisions": list(decisions)}
