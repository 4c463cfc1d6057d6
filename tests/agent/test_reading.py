"""Reading pages into schemas, with a model on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.llm.data_schema import schema_of
from skyvern_dagster.agent.planners.llm.evidence import not_on_page
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.llm.loopback import ChatRequest, HttpError, ModelServer
from tests.agent.errand import Errand
from tests.agent.errand_models import decide, with_model

ROWS = {"type": "object", "required": ["rows"], "properties": {"rows": {"type": "array"}}}
READ = Goal(data_extraction_goal="the entries", data_schema=ROWS)


def test_a_task_that_only_reads_takes_one_call(errand: Errand) -> None:
    with ModelServer([{"rows": ["Index"]}]) as server:
        result = with_model(errand, server, "/index", READ)
    assert result.status == "completed", result.failure_reason
    assert result.extracted_information == {"rows": ["Index"]}
    assert server.calls == 1


def test_data_that_comes_with_the_decision_takes_no_further_call(errand: Errand) -> None:
    both = decide({"type": "extract", "data": {"rows": ["Other page"]}}, {"type": "complete"})
    goal = Goal(navigation_goal="Look", data_extraction_goal="links", data_schema=ROWS)
    with ModelServer([both]) as server:
        result = with_model(errand, server, "/index", goal)
    assert (result.status, result.extracted_information) == ("completed", {"rows": ["Other page"]})


def test_data_that_does_not_fit_is_repaired_once(errand: Errand) -> None:
    with ModelServer([{"lines": []}, {"rows": ["Index"]}]) as server:
        result = with_model(errand, server, "/index", READ)
    assert result.extracted_information == {"rows": ["Index"]}
    assert "'rows' is a required property" in server.requests[1].texts[-1]


def test_data_that_never_fits_fails_with_what_does_not(errand: Errand) -> None:
    with ModelServer([{"rows": "many"}] * 4) as server:
        result = with_model(errand, server, "/index", READ, max_retries_per_step=0)
    assert result.status == "failed"
    assert "$.rows" in str(result.failure_reason)
    assert result.extracted_information is None
    assert server.calls == 2


def test_a_made_up_value_is_flagged(errand: Errand) -> None:
    with ModelServer([{"rows": ["Index", "Unicorn"]}]) as server:
        result = with_model(errand, server, "/index", READ)
    assert result.status == "completed"
    assert result.steps[0].notes == ("$.rows[1]: 'Unicorn' stands nowhere on the page",)


def test_a_long_page_is_read_in_parts_that_are_merged(errand: Errand) -> None:
    def read(request: ChatRequest) -> dict[str, Any]:
        lines = request.texts[-1].splitlines()
        found = [line.split('"')[1] for line in lines if '"Entry ' in line]
        return {"rows": found}

    with ModelServer([read] * 30) as server:
        result = with_model(errand, server, "/long", READ, settings={"max_page_tokens": 2_000})
    assert result.extracted_information == {"rows": [f"Entry {number}" for number in range(400)]}
    assert 3 < server.calls < 20
    assert "This is part 2 of" in server.requests[1].texts[-1]
    assert all(len(request.texts[-1]) < 9_500 for request in server.requests)
    assert result.steps[0].model_calls == server.calls


def test_a_part_that_is_too_long_is_made_smaller(errand: Errand) -> None:
    too_long = HttpError(400, "x", code="context_length_exceeded")
    with ModelServer([too_long, *[{"rows": ["Log"]}] * 30]) as server:
        result = with_model(errand, server, "/long", READ, settings={"max_page_tokens": 3_000})
    assert result.status == "completed", result.failure_reason
    assert len(server.requests[1].texts[-1]) < 0.6 * len(server.requests[0].texts[-1])


@pytest.mark.parametrize(
    ("loose", "strict"),
    [
        (None, {}),
        ("the price", {}),
        ('{"price": "for example 3"}', {"type": "object", "properties": {"price": {}}}),
        ({"type": "url"}, {"type": ["string", "null"]}),
        ({"price": "3", "lines": [{"sku": "x"}]},
         {"type": "object", "properties": {"price": {}, "lines": {"type": "array", "items":
          {"type": "object", "properties": {"sku": {}}}}}}),
        ({"type": "shirt", "size": "XL"},
         {"type": "object", "properties": {"type": {}, "size": {}}}),
        ([{"sku": "x"}],
         {"type": "array", "items": {"type": "object", "properties": {"sku": {}}}}),
        (["a", "b"], {"type": "array", "items": {}}),
    ],
)  # fmt: skip
def test_loose_forms_say_what_they_say(loose: Any, strict: dict[str, Any]) -> None:
    assert schema_of(loose) == strict


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Invoice 7", True),
        ("invoice  7", True),
        ("2024-04-15", True),
        ("2023-04-15", False),
        (1234.5, True),
        ("1234.50", True),
        (99, False),
        ("https://a.example/o/7", True),
        ("https://b.example/", False),
        (True, True),
        (None, True),
        ("", True),
        ("Invoice 8", False),
    ],
)
def test_values_are_looked_for_in_all_their_forms(value: Any, found: bool) -> None:
    root = Node(
        "document",
        children=(
            Node("text", "Invoice 7 of April 15, 2024: € 1,234.50"),
            Node("link", "Order", url="https://a.example/o/7"),
        ),
    )
    doubts = not_on_page({"it": value}, Observation("https://a.example/", "A", root))
    assert (doubts == ()) is found, doubts
