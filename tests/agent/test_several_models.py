"""A second model for reading, a fallback, and a budget in money."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.run_costs import RunCosts
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.loopback import ChatRequest, HttpError, ModelServer, Refusal
from tests.agent.errand import Errand
from tests.agent.errand_models import decide, with_model

GOAL = Goal(navigation_goal="Open the other page")
DONE = decide({"type": "terminate", "reason": "enough"})
READ = Goal(data_extraction_goal="The heading")


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        ([HttpError(503, "overloaded")], "HTTP 503: overloaded"),
        ([HttpError(401, "who are you")], "refused the key"),
        ([Refusal("not my job")], "refused: not my job"),
        (["no idea", "no idea"], "can't be used"),
    ],
    ids=["down", "key", "refusal", "nonsense"],
)
def test_a_fallback_answers_what_the_first_model_does_not(
    errand: Errand, replies: list[Any], reason: str
) -> None:
    with ModelServer(replies) as first, ModelServer([DONE]) as second:
        settings = {"fallback": second.settings(model="spare", retries=0)}
        result = with_model(errand, first, "/index", GOAL, settings=settings)
    assert (result.status, result.failure_reason) == ("terminated", "enough")
    (note,) = result.steps[0].notes
    assert "answered by the fallback spare" in note
    assert reason in note
    assert result.steps[0].model_calls == len([each for each in replies if each == "no idea"]) + (
        2 if isinstance(replies[0], Refusal) else 1
    )


def test_a_server_that_is_down_is_left_alone_for_a_while(errand: Errand) -> None:
    look = decide({"type": "scroll", "direction": "down"})
    with ModelServer([HttpError(503, "down")] * 9) as first, ModelServer([look, DONE]) as second:
        settings = {"fallback": second.settings(retries=0)}
        result = with_model(errand, first, "/index", GOAL, settings=settings)
    assert result.failure_reason == "enough"
    assert (first.calls, second.calls) == (1, 2)
    assert "a moment ago" in result.steps[1].notes[0]


def test_where_both_fail_the_first_ones_reason_is_told(errand: Errand) -> None:
    with (
        ModelServer([HttpError(404, "no such model")] * 2) as first,
        ModelServer([HttpError(404, "not here, either")] * 2) as second,
    ):
        settings = {"fallback": second.settings(retries=0)}
        result = with_model(errand, first, "/index", GOAL, settings=settings)
    assert result.status == "failed"
    assert "no such model" in str(result.failure_reason)


def test_reading_is_the_second_models(errand: Errand) -> None:
    read = {"document": {"heading": "Index"}}
    with ModelServer() as first, ModelServer([read]) as second:
        settings = {"reading": second.settings(model="reader", retries=0)}
        result = with_model(errand, first, "/index", READ, settings=settings)
    assert result.status == "completed", result.failure_reason
    assert result.extracted_information == {"heading": "Index"}
    assert (first.calls, second.calls) == (0, 1)


def test_data_that_comes_with_a_decision_is_read_by_the_reader(errand: Errand) -> None:
    goal = Goal(navigation_goal="Look", data_extraction_goal="The heading")
    came = decide({"type": "extract", "data": {"heading": "made up"}}, {"type": "complete"})
    with ModelServer([came]) as first, ModelServer([{"heading": "Index"}]) as second:
        settings = {"reading": second.settings(model="reader", retries=0)}
        result = with_model(errand, first, "/index", goal, settings=settings)
    assert result.extracted_information == {"heading": "Index"}


def test_a_reader_that_fails_is_stood_in_for(errand: Errand) -> None:
    with ModelServer([{"heading": "Index"}]) as first, ModelServer([HttpError(500, "x")]) as second:
        settings = {"reading": second.settings(model="reader", retries=0)}
        result = with_model(errand, first, "/index", READ, settings=settings)
    assert result.extracted_information == {"heading": "Index"}
    assert "HTTP 500" in result.steps[0].notes[0]


def test_a_run_ends_where_its_money_is_spent(errand: Errand) -> None:
    look = decide({"type": "scroll", "direction": "down"})
    # About 1,300 tokens a call, at 1 $ a million.
    settings = {"max_cost_usd": 0.002, "input_price_usd": 1.0}
    with ModelServer([look] * 9) as server:
        result = with_model(errand, server, "/index", GOAL, settings=settings, max_steps=8)
        again = with_model(errand, server, "/index", GOAL, settings=settings, task_id="tsk_another")
    assert result.status == "failed"
    assert "Max cost per run ($0.002) exceeded" in str(result.failure_reason)
    assert not result.retryable
    assert 0.002 <= sum(step.cost_usd for step in result.steps) < 0.004
    # Another task of the run has nothing left, whoever made the first one.
    assert again.status == "failed"
    assert [step.model_calls for step in again.steps] == [0]
    assert server.calls == 2
    assert RunCosts(errand.store).spent("wr_1") == pytest.approx(
        sum(step.cost_usd for step in result.steps)
    )
    assert RunCosts(errand.store).spent("wr_2") == 0
    assert list(errand.store.keys(RunKeys("wr_1").shown("tasks")))


def test_a_budget_that_cannot_be_held_is_refused(errand: Errand) -> None:
    with ModelServer() as server, pytest.raises(PlannerError, match="price of the model"):
        with_model(errand, server, "/index", GOAL, settings={"max_cost_usd": 1.0})


def test_an_empty_list_is_an_answer_at_a_second_look(errand: Errand) -> None:
    def nothing(request: ChatRequest) -> dict[str, Any]:
        return decide({"type": "extract", "data": []}, {"type": "complete"})

    goal = Goal("Look", "All orders", data_schema={"type": "array", "items": {"type": "object"}})
    with ModelServer([nothing, nothing]) as server:
        result = with_model(errand, server, "/index", goal)
    assert (result.status, result.extracted_information) == ("completed", [])
    assert server.calls == 2


def test_a_fallback_reads_what_is_too_long_for_the_first_model(errand: Errand) -> None:
    too_long = HttpError(400, "too much", code="context_length_exceeded")
    with ModelServer([too_long] * 3) as first, ModelServer([DONE]) as second:
        settings = {"fallback": second.settings(retries=0)}
        result = with_model(errand, first, "/long", GOAL, settings=settings)
    assert result.failure_reason == "enough"
    assert (first.calls, second.calls) == (3, 1)
