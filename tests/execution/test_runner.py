"""The interpreter on its own: retries, lists, loops, and what it takes over from records."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from skyvern_dagster.agent.planner import Plan, PlanRequest
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.loop_items import is_in_words, loop_items
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.execution.runner import Runner
from skyvern_dagster.execution.scope import LoopFrame
from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import (
    context,
    email,
    given,
    loop,
    mail_secrets,
    task,
    upload,
    workflow,
)
from tests.execution.bench import Bench
from tests.scopes import new_scope

NOWHERE = "no such file"


def test_a_failure_that_may_go_away_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        monkeypatch.setenv("SMTP_PORT", str(unused.getsockname()[1]))
    made = workflow([email("mail", max_retries=2)], mail_secrets())
    waits: list[float] = []

    runner = Runner(made, bench.services(), bench.lines.append, sleep=waits.append)
    after = runner.run_sequence(made.definition.blocks, new_scope(made, {}))

    assert waits == [1.0, 2.0]
    assert after.ended == "failed"
    assert "can't be used: [Errno 111] Connection refused" in str(after.ended_reason)
    assert after.outputs["mail"]["success"] is False


def test_a_failure_that_stays_is_not(bench: Bench) -> None:
    made = workflow([upload("up", NOWHERE, max_retries=5)])

    _, ending, _ = bench.interpreted(made, {})

    assert ending.status == "failed"
    assert NOWHERE in str(ending.reason)


def test_a_planner_that_breaks_fails_its_block_and_says_where(bench: Bench, demo: Any) -> None:
    class Broken:
        name = "broken"

        async def plan(self, request: PlanRequest) -> Plan:
            raise ZeroDivisionError(f"at {request.observation.url[:4]}")

    made = workflow([task("a", url=demo.shop_url, continue_on_failure=True), upload("b")])
    services = bench.services()
    services = type(services)(**{**vars(services), "planner": Broken()})
    try:
        runner = Runner(made, services, bench.lines.append)
        after = runner.run_sequence(made.definition.blocks, new_scope(made, {}))
    finally:
        services.tasks.close()

    assert after.outputs["a"]["failure_reason"] == "unexpected ZeroDivisionError: at http"
    assert after.outputs["b"] == []
    assert any("Traceback" in line and "in plan" in line for line in bench.lines)


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ([1, 2], [1, 2]),
        ([], []),
        ({"results": [3]}, [3]),
        ({"extracted_information": [4]}, [4]),
        ({"extracted_information": {"results": [5]}}, [5]),
    ],
)
@pytest.mark.parametrize("reference", ["p", "{{ p }}"])
def test_lists_to_loop_over(value: Any, items: list[int], reference: str) -> None:
    each = loop("each", "", upload("a"), loop_variable_reference=reference)
    made = workflow([each], [given("p", "json")])

    assert loop_items(made, first_loop(made), new_scope(made, {"p": value})) == items


@pytest.mark.parametrize("reference", ["p.rows", "{{ p.rows }}", "p['rows']", "p.rows[:2]"])
def test_a_path_to_a_list(reference: str) -> None:
    each = loop("each", "", upload("a"), loop_variable_reference=reference)
    made = workflow([each], [given("p", "json")])

    assert loop_items(made, first_loop(made), new_scope(made, {"p": {"rows": [1, 2]}})) == [1, 2]


@pytest.mark.parametrize("value", [{"a": 1}, "text", 7, None, {"results": "text"}])
def test_what_is_no_list_is_named(value: Any) -> None:
    made = workflow([loop("each", "p", upload("a"))], [given("p", "json")])

    with pytest.raises(BlockError, match="'p' is no list to loop over: it is"):
        loop_items(made, first_loop(made), new_scope(made, {"p": value}))


def test_a_list_that_is_too_long() -> None:
    made = workflow([loop("each", "p", upload("a"))], [given("p", "json")])

    with pytest.raises(BlockError, match="10001 items, a loop takes at most 10000"):
        loop_items(made, first_loop(made), new_scope(made, {"p": [0] * 10_001}))


def test_loops_inside_loops_know_their_items(bench: Bench) -> None:
    inner = loop(
        "inner", "", upload("leaf", continue_on_failure=True), loop_variable_reference="row"
    )
    made = workflow(
        [loop("outer", "table", inner, complete_if_empty=True)],
        [given("table", "json"), context("row", "table")],
    )

    after = run(bench, made, table=[["a", "b"], ["c"]])

    outputs = after.outputs["outer"]
    assert [entries[0]["loop_value"] for entries in outputs] == [["a", "b"], ["c"]]
    rows = [[each[0]["loop_value"] for each in entries[0]["output_value"]] for entries in outputs]
    assert rows == [["a", "b"], ["c"]]
    keys = [record.block_key for record in bench.records(made, after.workflow_run_id)]
    assert keys == ["outer", "inner/0", "inner/1", "leaf/0__0", "leaf/0__1", "leaf/1__0"]


@pytest.mark.parametrize(
    ("outcome", "goes_on", "reused"),
    [
        (BlockOutcome(status="completed", output=["kept"]), False, True),
        (BlockOutcome(status="terminated", output=["kept"]), False, False),
        (BlockOutcome(status="terminated", output=["kept"]), True, True),
        (BlockOutcome(status="failed", output=["kept"]), True, True),
        (BlockOutcome(status="failed", output=["kept"], retryable=True), True, False),
    ],
)
def test_what_is_taken_over_when_a_run_is_resumed(
    bench: Bench, outcome: BlockOutcome, goes_on: bool, reused: bool
) -> None:
    made = workflow([upload("up", continue_on_failure=goes_on)])
    block, scope = made.definition.blocks[0], new_scope(made, {})
    runner = Runner(made, bench.services(), bench.lines.append, reuse=True)
    runner.record(block, scope, outcome)

    after, _ = runner.run(block, scope, hand_on="nothing")

    assert (after.outputs["up"] == ["kept"]) == reused


def test_the_record_of_another_item_is_not_taken_over(bench: Bench) -> None:
    made = workflow([loop("each", "p", upload("up"))], [given("p", "json")])
    block = made.definition.blocks[0].inner[0]
    runner = Runner(made, bench.services(), bench.lines.append, reuse=True)
    scope = new_scope(made, {"p": ["old"]})
    before = scope.iteration_scope(LoopFrame(label="each", index=0, key="0", value="old"), "up")
    runner.record(block, before, BlockOutcome(status="completed", output=["kept"]))

    for value, output in (("new", []), ("old", ["kept"])):
        now = scope.iteration_scope(LoopFrame(label="each", index=0, key="0", value=value), "up")
        after, _ = runner.run(block, now, hand_on="nothing")
        assert after.outputs["up"] == output
        runner.record(block, before, BlockOutcome(status="completed", output=["kept"]))


def test_a_loop_that_is_entered_anew_forgets_its_earlier_pass(bench: Bench) -> None:
    made = workflow([loop("each", "p", upload("up"))], [given("p", "json")])
    scope = new_scope(made, {"p": [1, 2, 3]})
    runner = Runner(made, bench.services(), bench.lines.append)
    runner.run_sequence(made.definition.blocks, scope)

    runner.run_sequence(made.definition.blocks, scope.model_copy(update={"parameters": {"p": [1]}}))

    records = RunRecords(bench.store, scope.workflow_run_id).iterations("up")
    assert [record.iteration for record in records] == ["0"]


def run(bench: Bench, made: Workflow, **parameters: Any) -> Any:
    return bench.interpreted(made, parameters)[0]


def first_loop(made: Workflow) -> ForLoopBlock:
    block = made.definition.blocks[0]
    assert isinstance(block, ForLoopBlock)
    return block


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"loop_variable_reference": "all invoices on this page"}, True),
        ({"loop_variable_reference": "every row of the table, newest first"}, True),
        ({"loop_variable_reference": "p.rows[:2]"}, False),
        ({"loop_variable_reference": "p.rows or []"}, False),
        ({"loop_variable_reference": "{{ p }} "}, False),
        ({"loop_over_parameter_key": "p"}, False),
    ],
)
def test_a_list_in_words(fields: dict[str, str], expected: bool) -> None:
    each = {**loop("each", "", upload("a")), "loop_over_parameter_key": "", **fields}
    made = workflow([each], [given("p", "json")])

    assert is_in_words(first_loop(made)) == expected


def test_a_list_in_words_is_read_off_the_page_or_the_loop_says_why(bench: Bench) -> None:
    each = loop("each", "", upload("a"), loop_variable_reference="all invoices on this page")
    made = workflow([each])

    _, ending, _ = bench.interpreted(made, {})

    assert ending.status == "failed"
    assert "the list to loop over, 'all invoices on this page': " in str(ending.reason)
