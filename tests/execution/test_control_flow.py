"""Conditionals, while loops, nested loops and ``finally``: as a job and without Dagster."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import given, loop, upload, workflow
from tests.execution.bench import Bench, Ran

GONE = "missing.pdf"
"""A path of no file: the upload fails."""


def branch(expression: str, target: str | None = None) -> dict[str, Any]:
    return {"criteria": {"expression": expression}, "next_block_label": target}


def otherwise(target: str | None = None) -> dict[str, Any]:
    return {"is_default": True, "next_block_label": target}


def conditional(label: str, *branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "block_type": "conditional",
        "label": label,
        "branch_conditions": list(branches),
        **fields,
    }


def while_loop(label: str, expression: str, *body: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "block_type": "while_loop",
        "label": label,
        "condition": {"expression": expression},
        "loop_blocks": list(body),
        **fields,
    }


def both(bench: Bench, made: Workflow, **values: Any) -> Ran:
    """The run, which must be the same in both ways."""
    _, _, interpreted = bench.interpreted(made, values)
    compiled = bench.compiled(made, values)
    assert compiled == interpreted
    return interpreted


@pytest.mark.parametrize(
    ("n", "done"),
    [(1, ["ask", "small", "end"]), (5, ["ask", "big", "bigger", "end"]), (9, ["ask", "end"])],
)
def test_the_first_branch_that_is_true_is_taken(bench: Bench, n: int, done: list[str]) -> None:
    made = workflow(
        [
            conditional(
                "ask",
                branch("{{ n < 3 }}", "small"),
                branch("{{ n < 7 }}", "big"),
                otherwise(),
                next_block_label="end",
            ),
            upload("small"),
            upload("big", next_block_label="bigger"),
            upload("bigger"),
            upload("end"),
        ],
        [given("n", "integer")],
    )

    ran = both(bench, made, n=n)

    assert ran.status == "completed"
    assert list(ran.leaves) == done


def test_nested_three_deep(bench: Bench) -> None:
    made = workflow(
        [
            loop(
                "a",
                "xs",
                loop("b", "", loop("c", "", upload("leaf", "{{ current_value }}", continue_on_failure=True), loop_variable_reference="{{ b.current_value }}"), upload("mid"), loop_variable_reference="{{ a.current_value }}", continue_on_failure=True),
                upload("tail"),
                continue_on_failure=True,
            )
        ],
        [given("xs", "json")],
    )
    ran = both(bench, made, xs=[[["p", "q"], []], [["r"]]])
    print(ran.leaves)
    assert ran.status == "completed"


def test_while(bench: Bench) -> None:
    made = workflow(
        [while_loop("w", "{{ current_index < n }}", upload("leaf")), upload("end")],
        [given("n", "integer")],
    )
    ran = both(bench, made, n=3)
    assert list(ran.leaves) == ["leaf/0000", "leaf/0001", "leaf/0002", "end"]
