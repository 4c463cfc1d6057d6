from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from skyvern_dagster.agent.choice import PlannerChoice, PlannerName
from skyvern_dagster.agent.decisions import Complete, Decision, Terminate
from skyvern_dagster.agent.planner import Declined, Goal, Plan, PlanFailure, PlanRequest, Usage
from skyvern_dagster.agent.policy import PlannerPolicy
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.settings import ModelSettings

_REQUEST = PlanRequest(Goal(), Observation("http://a/", "A", Node("document")))


@dataclass(frozen=True)
class _Fixed:
    name: str
    decisions: Sequence[Decision]
    confidence: float
    tokens: int = 0
    failure: PlanFailure | None = None

    async def plan(self, request: PlanRequest) -> Plan:
        usage = Usage(input_tokens=self.tokens)
        reasoning = f"{self.name} thinks so"
        return Plan(
            tuple(self.decisions), self.confidence, reasoning, self.name, usage, self.failure
        )


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


def test_a_step_says_why_the_others_did_not_plan_it() -> None:
    plan = _decide(
        _Fixed("one", [], 0.0), _Fixed("two", [Complete()], 0.2), _Fixed("three", [Complete()], 1)
    )
    assert plan.declined == (
        Declined("one", "one thinks so"),
        Declined("two", "two thinks so"),
    )


def test_giving_up_half_sure_is_left_to_who_may_know_more() -> None:
    hesitant = _Fixed("one", [Terminate(reason="nothing here", error_codes=("none",))], 0.6)
    assert _decide(hesitant, _Fixed("two", [Complete()], 0.9)).planner == "two"
    assert _decide(hesitant, _Fixed("two", [], 0.0)).planner == "one"
    assert _decide(hesitant).planner == "one"


def test_giving_up_for_sure_is_believed() -> None:
    sure = _Fixed("one", [Terminate(reason="login rejected")], 0.9)
    assert _decide(sure, _Fixed("two", [Complete()], 0.9)).planner == "one"


def test_a_planner_that_fails_ends_the_chain_with_its_reason() -> None:
    failure = PlanFailure("the server is down", retryable=True)
    plan = _decide(_Fixed("one", [], 0.0), _Fixed("two", [], 0.0, 5, failure))
    assert plan.failure == failure
    assert [each.planner for each in plan.declined] == ["one"]


@pytest.mark.parametrize(
    ("name", "chain"),
    [("auto", "replay>llm"), ("heuristic", "heuristic"), ("llm", "replay>llm")],
)
def test_who_is_asked_in_which_order(name: PlannerName, chain: str, tmp_path: Path) -> None:
    model = ModelSettings(base_url="http://127.0.0.1:9/v1")
    choice = PlannerChoice(model=model, store=ArtifactStore(tmp_path))
    assert choice.named(name).name == chain


def test_without_a_model_auto_has_none_and_llm_is_an_error(tmp_path: Path) -> None:
    assert PlannerChoice().named("auto").name == "heuristic"
    without = PlannerChoice(store=ArtifactStore(tmp_path))
    assert without.named("auto").name == "replay>heuristic"
    with pytest.raises(PlannerError, match="SKYVERN_LLM_API_KEY"):
        PlannerChoice().named("llm")
