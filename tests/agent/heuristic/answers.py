"""What a plan says, in words that a test can compare."""

from __future__ import annotations

import asyncio
from typing import Any

from skyvern_dagster.agent.decisions import (
    Click,
    Decision,
    Download,
    Extract,
    InputText,
    SelectOption,
    SolveTotp,
    Terminate,
)
from skyvern_dagster.agent.planner import Goal, PastStep, Plan, PlanRequest
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.page import PageView
from tests.planners.wordless import Wordless


def planned(goal: Goal, seen: Observation, history: tuple[PastStep, ...] = ()) -> Plan:
    """The plan for a page; the same whatever sentences the history holds."""
    return asyncio.run(Wordless(HeuristicPlanner()).plan(PlanRequest(goal, seen, history)))


def told(plan: Plan, seen: Observation) -> list[str]:
    """One line a decision: ``click Sign in``, ``type Password``, ``terminate no_invoice``."""
    return [_line(decision, seen) for decision in plan.decisions]


def extracted(plan: Plan) -> Any:
    """What the plan's last extraction recorded."""
    return next((one.data for one in reversed(plan.decisions) if isinstance(one, Extract)), None)


def _line(decision: Decision, seen: Observation) -> str:
    match decision:
        case Click() | SolveTotp() | SelectOption():
            return f"{decision.type} {_label(decision.ref, seen)}".strip()
        case InputText():
            enter = " and Enter" if decision.press_enter else ""
            return f"type {_field(decision.ref, seen)}{enter}"
        case Download():
            node = seen.find(decision.ref) if decision.ref else None
            return f"download {node.url if node else decision.url}"
        case Terminate():
            return f"terminate {' '.join(decision.error_codes)}".strip()
        case _:
            return decision.type


def _label(ref: str, seen: Observation) -> str:
    node = seen.find(ref)
    return PageView(seen).label(node) if node else "nothing"


def _field(ref: str, seen: Observation) -> str:
    return next((one.label for one in PageView(seen).inputs if one.ref == ref), "nothing")
