"""Conditionals, while loops, nested loops and ``finally``: as a job and without Dagster."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import (
    ALL,
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


def test_a_label_that_is_no_name_in_dagster(bench: Bench) -> None:
    made = workflow(
        [
            upload("Öffne_die_Seite"),
            loop("Für_jeden_Kunden", "xs", upload("打开", GONE)),
            upload("config"),
        ],
        [given("xs", "json")],
        name="labels",
    )

    ran = both(bench, made, xs=[])
    assert ran.status == "terminated"
    _, _, interpreted = bench.interpreted(made, {"xs": [1]})
    assert bench.compiled(made, {"xs": [1]}) == interpreted
    assert list(interpreted.outputs) == [
        "Öffne_die_Seite_output",
        "Für_jeden_Kunden_output",
        "打开_output",
    ]


def test_while_counts_its_turns_and_hands_on_what_they_made(bench: Bench) -> None:
    made = workflow(
        [
            while_loop("w", "{{ current_index < n }}", upload("leaf"), upload("again")),
            upload("end", "{{ leaf_output }}", continue_on_failure=True),
        ],
        [given("n", "integer")],
    )

    ran = both(bench, made, n=2)

    keys = ["leaf/000", "again/000", "leaf/001", "again/001"]
    assert sorted(ran.leaves) == sorted([*keys, "end"])
    assert [len(turn) for turn in ran.outputs["w_output"]] == [2, 2]
    assert ran.status == "completed"


def test_a_condition_that_always_holds_fails(bench: Bench) -> None:
    made = workflow([while_loop("w", "{{ true }}")])

    _, ending, _ = bench.interpreted(made, {})

    assert ending.status == "failed"
    assert ending.reason == "its condition still holds after 1000 turns"


@pytest.mark.parametrize(
    ("path", "last", "status"),
    [
        (ALL, ALL, "completed"),
        (GONE, ALL, "failed"),
        (ALL, GONE, "failed"),
        (GONE, GONE, "failed"),
    ],
)
def test_the_finally_block_comes_however_the_run_ends(
    bench: Bench, path: str, last: str, status: str
) -> None:
    made = workflow(
        [upload("a", path), upload("last", last), upload("b")], finally_block_label="last"
    )

    ran = both(bench, made)

    assert ran.status == status
    assert list(ran.leaves) == (["a", "last", "b"] if path == ALL else ["a", "last"])


@pytest.mark.parametrize(("path", "said"), [(ALL, "completed"), (GONE, "failed")])
def test_the_finally_block_knows_how_the_run_has_ended(bench: Bench, path: str, said: str) -> None:
    told = upload("last", "{{ workflow_run_summary.status }}-{{ b_output }}.pdf")
    made = workflow([upload("a", path), told, upload("b", path)], finally_block_label="last")

    ran = both(bench, made)

    assert f"{said}-" in str(ran.leaves["last"][1])


@pytest.mark.parametrize(("code", "lacks"), [({"error_code": "NONE_THERE"}, False), ({}, True)])
def test_an_item_that_is_ended_with_a_code_is_not_missing(
    bench: Bench, code: dict[str, str], lacks: bool
) -> None:
    stop = {"block_type": "terminate", "label": "stop", "reason": "nothing there", **code}
    made = workflow([loop("each", "xs", stop, next_loop_on_failure=True)], [given("xs", "json")])

    _, ending, _ = bench.interpreted(made, {"xs": [1]})

    assert ending.status == "completed"
    assert (ending.reason is not None) is lacks


def test_the_label_of_a_loop_is_its_current_item(bench: Bench) -> None:
    path = "{{ each_row.name }}{{ each_row.current_index }}{{ each_path.current_value }}"
    leaf = upload("leaf", path, continue_on_failure=True)
    inner = loop(
        "each_path", "", leaf, loop_variable_reference="{{ each_row.current_value.paths }}"
    )
    made = workflow([loop("each_row", "rows", inner)], [given("rows", "json")])

    ran = both(
        bench, made, rows=[{"name": "n", "paths": ["p", "q"]}, {"name": "m", "paths": ["r"]}]
    )

    reasons = [str(reason) for _, reason in ran.leaves.values()]
    assert [path in reason for path, reason in zip(["n0p", "n0q", "m1r"], reasons, strict=True)]
