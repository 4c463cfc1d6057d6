"""What a ``validation`` decides by itself, and what it leaves to a model."""

from __future__ import annotations

import pytest

from skyvern_dagster.blocks.validation import ValidationBlock
from skyvern_dagster.errors import BlockError
from skyvern_dagster.llm.loopback import ModelServer
from tests.blocks.desk import Desk
from tests.blocks.test_files_as_data import with_model


def block(**criteria: str) -> ValidationBlock:
    return ValidationBlock.model_validate(
        {
            "block_type": "validation",
            "label": "check",
            "without_page_information": True,
            **criteria,
        }
    )


@pytest.mark.parametrize(
    ("criteria", "status"),
    [
        ({"complete_criterion": "{{ total > 3 }}"}, "completed"),
        ({"complete_criterion": "{{ total > 30 }}"}, "terminated"),
        ({"terminate_criterion": "{{ total > 3 }}"}, "terminated"),
        ({"terminate_criterion": "{{ total > 30 }}"}, "completed"),
        ({"complete_criterion": "{{ found }}"}, "terminated"),
        ({"complete_criterion": "{{ total }} < 30"}, "completed"),
        ({"terminate_criterion": "{{ total }} < 30"}, "terminated"),
        (
            {"complete_criterion": "{{ total > 3 }}", "terminate_criterion": "{{ found }}"},
            "completed",
        ),
    ],
)
def test_an_expression_needs_no_model(desk: Desk, criteria: dict[str, str], status: str) -> None:
    desk.names |= {"total": 5, "found": []}
    outcome = block(**criteria).run(with_model(desk.context("check"), None))

    assert outcome.status == status
    assert bool(outcome.failure_reason) is (status == "terminated")
    assert ValidationBlock.model_use(criteria) is None


def test_a_criterion_of_a_parameter_is_judged_as_what_it_says(desk: Desk) -> None:
    desk.names["rule"] = "The total is below 1000."
    verdict = {"complete": False, "terminate": False, "error_codes": [], "why": "it is 1200"}
    with ModelServer([{"answer": verdict}]) as server:
        outcome = block(complete_criterion="{{ rule }}").run(
            with_model(desk.context("check"), server)
        )

    assert outcome.failure_reason == "the complete criterion doesn't hold: it is 1200"
    assert "The total is below 1000." in str(server.requests[0])


@pytest.mark.parametrize("nothing", ["", None])
def test_a_criterion_that_gives_nothing_isnt_met(desk: Desk, nothing: str | None) -> None:
    desk.names["rule"] = nothing
    with pytest.raises(BlockError, match="gives nothing that could be judged"):
        block(complete_criterion="{{ rule }}").run(with_model(desk.context("check"), None))


def test_a_value_among_words_is_for_a_model(desk: Desk) -> None:
    desk.names["total"] = 5
    criteria = {"complete_criterion": "{{ total }} is more than 3"}
    assert ValidationBlock.model_use(criteria) is not None
    with pytest.raises(BlockError, match="needs a language model to judge its criteria"):
        block(**criteria).run(with_model(desk.context("check"), None))
