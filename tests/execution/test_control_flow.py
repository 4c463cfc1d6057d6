"""Conditionals, while loops, nested loops and ``finally``: as a job and without Dagster."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import (
    branch,
    conditional,
    given,
    loop,
    otherwise,
    upload,
    while_loop,
    workflow,
)
from tests.execution.bench import Bench, Ran

GONE = "missing.pdf"
"""A path of no file: the upload fails."""


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
                loop(
                    "b",
                    "",
                    loop(
                        "c",
                        "",
                        upload("leaf", "{{ current_value }}", continue_on_failure=True),
                        loop_variable_reference="{{ b.current_value }}",
                    ),
                    upload("mid"),
                    loop_variable_reference="{{ a.current_value }}",
                    continue_on_failure=True,
                ),
                upload("tail"),
                continue_on_failure=True,
            )
        ],
        [given("xs", "json")],
    )
    ran = both(bench, made, xs=[[["p", "q"], []], [["r"]]])
    assert ran.status == "completed"


def test_while(bench: Bench) -> None:
    made = workflow(
        [while_loop("w", "{{ current_index < n }}", upload("leaf")), upload("end")],
        [given("n", "integer")],
    )
    ran = both(bench, made, n=3)
    assert list(ran.leaves) == ["leaf/000", "leaf/001", "leaf/002", "end"]
