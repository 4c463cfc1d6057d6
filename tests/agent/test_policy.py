from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.decisions import Complete, Decision
from skyvern_dagster.agent.planner import Goal, Plan, PlanRequest, Usage
from skyvern_dagster.agent.policy import PlannerPolicy
from skyvern_dagster.browser.observation import Node, Observation

_REQUEST = PlanRequest(Goal(), Observation("http://a/", "A", Node("document")))


@dataclass(frozen=True)
class _Fixed:
    name: str
    decisions: Sequence[Decision]
    confidence: float
    tokens: int = 0

    async def plan(self, request: PlanRequest) -> Plan:
        usage = Usage(input_tokens=self.tokens)
        reasoning = f"{self.name} thinks so"
        return Plan(tuple(self.decisions), self.confidence, reasoning, self.name, usage)


def _decide(*planners: _Fixed) -> Plan:
    return asyncio.run(PlannerPolicy(planners).plan(_REQUEST))


def test_the_first_that_is_sure_decides() -> None:
    plan = _decide(_Fixed("one", [Complete()], 0.9), _Fixed("two", [Complete()], 1.0))
    assert plan.planner == "one"


def test_an_unsure_planner_hands_over_and_its_cost_counts() -> None:
    plan = _decide(_Fixed("one", [Complete()], 0.2, tokens=5), _Fixed("two", [Complete()], 0.8, 7))
    assert (plan.planner, plan.usage.input_tokens) == ("two", 12)


def test_a_plan_without_decisions_is_not_sure_however_confident() -> None:
    plan = _decide(_Fixed("one", [], 1.0), _Fixed("two", [Complete()], 0.8))
    assert plan.planner == "two"


def test_when_nobody_is_sure_all_reasons_are_told() -> None:
    plan = _decide(_Fixed("one", [], 0.0), _Fixed("two", [Complete()], 0.1))
    assert plan.decisions == ()
    assert plan.reasoning == "one thinks so; two thinks so"
