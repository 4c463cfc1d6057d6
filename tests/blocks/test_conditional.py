"""Which branch a ``conditional`` takes: Jinja, statements for a model, and neither."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.blocks.conditional import ConditionalBlock
from skyvern_dagster.blocks.criteria import is_statement, is_true
from skyvern_dagster.errors import BlockError
from skyvern_dagster.llm.loopback import ModelServer
from tests.blocks.desk import Desk
from tests.blocks.test_files_as_data import with_model
from tests.compiler.definitions import branch, conditional, otherwise


def block(*branches: dict[str, Any]) -> ConditionalBlock:
    return ConditionalBlock.model_validate(conditional("ask", *branches))


def prompt(statement: str, target: str) -> dict[str, Any]:
    criteria = {"criteria_type": "prompt", "expression": statement}
    return {"criteria": criteria, "next_block_label": target}


@pytest.mark.parametrize(
    ("rendered", "expected"),
    [("", False), ("False", False), (" no ", False), ("0", False), ("none", False), ("OFF", False),
     ("0.0", True), ("yes", True), ("x", True), (0, False), (None, False), (True, True),
     ([], False),
     ([0], True)],
)  # fmt: skip
def test_what_counts_as_true(rendered: Any, expected: bool) -> None:
    assert is_true(rendered) == expected


def test_where_a_branch_cant_be_judged_none_is_taken(desk: Desk) -> None:
    desk.names["total"] = "1.234,50"
    outcome = block(branch("{{ total > 1000 }}", "a"), branch("yes", "b"), otherwise("c")).run(
        desk.context("ask")
    )

    assert outcome.status == "failed"
    assert outcome.failure_reason is not None
    assert outcome.failure_reason.startswith("branch 0: expression: '>' not supported")
    assert outcome.output["branch_taken"] is None
    assert outcome.output["evaluations"][0]["error"]


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=="])
def test_what_is_missing_is_neither_more_nor_less(desk: Desk, sign: str) -> None:
    desk.names["read"] = {"found": 3}
    outcome = block(branch(f"{{{{ read.total {sign} 5 }}}}", "a"), otherwise("c")).run(
        desk.context("ask")
    )

    assert outcome.status == "completed"
    assert outcome.output["branch_taken"] == "c"
    assert any("'total'" in line for line in desk.lines)


def test_no_branch_and_no_default_fails(desk: Desk) -> None:
    outcome = block(branch("{{ false }}", "a")).run(desk.context("ask"))

    assert outcome.status == "failed"
    assert outcome.failure_reason == "no branch is true, and there is no default branch"


def test_statements_are_asked_once_and_together(desk: Desk) -> None:
    answer = {"statement_1": False, "statement_2": True}
    desk.names |= {"n": 3, "workflow_run_outputs": {"read": {"total": 12}}}
    asking = block(
        branch("{{ n > 5 }}", "a"),
        prompt("The total is over {{ n }} thousand.", "b"),
        prompt("The total is over ten.", "c"),
        otherwise("d"),
    )
    with ModelServer([{"answer": answer}]) as server:
        outcome = asking.run(with_model(desk.context("ask"), server))

    assert outcome.output["branch_taken"] == "c"
    assert outcome.output["llm_response"] == answer
    assert "over 3 thousand" in outcome.output["llm_prompt"]
    assert len(server.requests) == 1
    assert outcome.details["model_calls"] == 1


def test_without_a_model_a_statement_cant_be_judged(desk: Desk) -> None:
    with pytest.raises(BlockError, match="to say whether a condition holds"):
        block(prompt("It is late.", "a")).run(with_model(desk.context("ask"), None))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("{{ a }} is the same as {{ b }}", True), ("a == b", True), ("{{ a }} == {{ b }}", False),
     ("{{ a }} == {{ b }} or so", True), ("{{ a }} > 3", False), ("3 <= {{ a }}", False),
     ("{{ a }} == 'paid'", False), ("{{ a }} == paid", False), ("{{ a }} > 3 > 2", True),
     ("The invoice is late", True), ("{{ a }} and not {{ b }}", True), ("{{ a == b }}", False),
     (" {{ a }} ", False), ("{% if a %}late{% endif %}", False), ("true", False), ("No", False),
     ("", False), ("{{ a }}{{ b }}", False), ("{# always #} yes", False)],
)  # fmt: skip
def test_words_around_the_braces_make_a_statement(expression: str, expected: bool) -> None:
    assert is_statement(expression) == expected


def test_a_statement_with_values_in_it_isnt_true_because_it_is_a_text(desk: Desk) -> None:
    desk.names |= {"a": "x", "b": "y", "size": "large"}
    asking = block(branch("{{ a }} is the same as {{ b }} for this size", "same"), otherwise("no"))
    with ModelServer([{"answer": {"statement_0": False}}]) as server:
        outcome = asking.run(with_model(desk.context("ask"), server))

    assert outcome.output["branch_taken"] == "no"
    assert "x is the same as y" in outcome.output["llm_prompt"]
    assert '"size": "large"' in str(server.requests[0]).replace("\\", "")


def test_without_a_model_it_fails_rather_than_take_a_branch(desk: Desk) -> None:
    desk.names |= {"a": "x", "b": "y"}
    asking = block(branch("{{ a }} is {{ b }}", "same"), otherwise("no"))
    with pytest.raises(BlockError, match="to say whether a condition holds"):
        asking.run(with_model(desk.context("ask"), None))


@pytest.mark.parametrize(
    ("expression", "taken"),
    [("{{ n }} > 10", "a"), ("{{ n }} > 13", "c"), ("10 <= {{ n }}", "a"), ("{{ n }} == 12.0", "a"),
     ("{{ n }} != 12", "c"), ("{{ state }} == paid", "a"), ("{{ state }} == 'open'", "c"),
     ("{{ state }} != {{ n }}", "a"), (" {{ n }}<{{ n + 1 }} ", "a")],
)  # fmt: skip
def test_a_sign_between_values_compares_them(desk: Desk, expression: str, taken: str) -> None:
    desk.names |= {"n": 12, "state": "paid"}
    outcome = block(branch(expression, "a"), otherwise("c")).run(desk.context("ask"))

    assert outcome.status == "completed"
    assert outcome.output["branch_taken"] == taken


def test_what_has_no_order_isnt_compared(desk: Desk) -> None:
    desk.names["total"] = "1.234,50"
    outcome = block(branch("{{ total }} > 1000", "a"), otherwise("c")).run(desk.context("ask"))

    assert outcome.status == "failed"
    assert "can't be compared by '>'" in str(outcome.failure_reason)


def test_a_value_that_holds_the_sign_isnt_cut_there(desk: Desk) -> None:
    desk.names["note"] = "a == b"
    outcome = block(branch("{{ note }} == a", "a"), otherwise("c")).run(desk.context("ask"))

    assert outcome.status == "failed"
    assert "'==' stands in one of its values" in str(outcome.failure_reason)
