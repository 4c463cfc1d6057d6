"""Loops inside loops in Dagster: every item a step, failures that stay in their path, batches."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import email, given, loop, mail_secrets, upload, workflow
from tests.compiler.letters import (
    ADA,
    BEN,
    CLARA,
    DAN,
    TO_THE_ITEM,
    answer_of,
    failed_steps,
    run,
    run_again,
    tags_of,
)
from tests.compiler.postman import Postman

ITEM = "{{ current_value }}"
NESTED = [[[ADA, BEN], [CLARA]], [[], [DAN]]]


def nested(*leaves: dict[str, Any], **flags: Any) -> Workflow:
    """Three loops around the leaves."""
    inner = loop("inner", "", *leaves, loop_variable_reference=ITEM, **flags)
    middle = loop("middle", "", inner, loop_variable_reference=ITEM, **flags)
    return workflow(
        [loop("outer", "people", middle, **flags), upload("end")],
        [given("people", "json"), *mail_secrets()],
    )


def mails(**flags: Any) -> Workflow:
    return nested(email("mail", **TO_THE_ITEM), complete_if_empty=True, **flags)


def begun_steps(result: dg.JobExecutionResult, op: str) -> list[str]:
    keys = [event.step_key for event in result.all_events if event.is_step_start]
    return [key for key in keys if key and key.startswith(f"{op}[")]


@pytest.mark.long
def test_every_item_of_every_level_is_a_step(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    people = [[[1, 2, 3] for _ in range(5)] for _ in range(4)]

    result = run(nested(upload("leaf")), people, instance)

    assert result.success
    keys = begun_steps(result, "leaf")
    assert keys == [f"leaf[{a}__{b}__{c}]" for a in range(4) for b in range(5) for c in range(3)]
    outputs = (answer_of(result, instance).outputs or {})["outer_output"]
    assert [len(entries[0]["output_value"]) for entries in outputs] == [5] * 4
    records = RunRecords(default_store(), answer_of(result, instance).workflow_run_id)
    assert len(records.iterations("leaf")) == 60


def test_a_leaf_that_fails_fails_its_own_path(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}

    result = run(mails(continue_on_failure=True), NESTED, instance)

    assert result.success
    assert postman.delivered == [ADA, CLARA, DAN]
    answer = answer_of(result, instance)
    assert [item.block_key for item in answer.unfinished_items] == ["mail/0__0__1"]


def test_without_flags_nothing_is_begun_after_it_and_resuming_does_the_rest(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}
    failed = run(mails(), NESTED, instance)
    assert not failed.success
    assert failed_steps(failed) == ["mail[0__0__1]"]
    assert postman.delivered == [ADA]
    assert tags_of(failed, instance)["skyvern/failed_block"] == "mail/0__0__1"
    postman.refused = set()

    resumed = run_again(mails(), failed, instance)

    assert resumed.success
    assert postman.delivered == [ADA, BEN, CLARA, DAN]
    assert begun_steps(resumed, "mail") == ["mail[0__0__1]"]
    assert begun_steps(resumed, "end") == []
    assert answer_of(resumed, instance).status == "completed"


def test_an_item_that_is_passed_over(postman: Postman, instance: dg.DagsterInstance) -> None:
    postman.refused = {BEN}
    body = (email("mail", **TO_THE_ITEM, next_loop_on_failure=True), upload("after"))
    made = workflow([loop("each", "people", *body)], [given("people", "json"), *mail_secrets()])

    result = run(made, [ADA, BEN, CLARA], instance)

    assert result.success
    assert postman.delivered == [ADA, CLARA]
    answer = answer_of(result, instance)
    assert answer.status == "completed"
    assert "1 item is missing: mail/1 (" in str(answer.failure_reason)
    outputs = (answer.outputs or {})["each_output"]
    assert [len(entries) for entries in outputs] == [2, 1, 2]


def test_many_items_are_steps_of_several_items_each(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    body = (upload("first", continue_on_failure=True), upload("second", "{{ current_value }}"))
    made = workflow(
        [loop("each", "people", *body, continue_on_failure=True)],
        [given("people", "json")],
        dagster={"loop_steps": 5},
    )
    people = ["SKYVERN_DOWNLOAD_DIRECTORY"] * 11 + ["missing.pdf"]

    result = run(made, people, instance)

    assert result.success
    keys = sorted(begun_steps(result, "second"))
    assert keys == [f"second[{first:02d}_to_{first + 2:02d}]" for first in (0, 3, 6, 9)]
    answer = answer_of(result, instance)
    assert len((answer.outputs or {})["each_output"]) == 12
    assert [item.block_key for item in answer.unfinished_items] == ["second/11"]


def test_a_loop_that_could_not_begin_is_told_beside_an_item_of_another_one(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}
    mail = email("mail", **TO_THE_ITEM)
    going_on = {"continue_on_failure": True}
    inner = loop("inner", "", mail, loop_variable_reference=ITEM, **going_on)
    made = workflow(
        [
            loop("none", "", upload("x"), loop_variable_reference="{{ people[0][0] }}", **going_on),
            loop("outer", "people", inner, **going_on),
        ],
        [given("people", "json"), *mail_secrets()],
    )

    result = run(made, [[ADA], CLARA, [BEN]], instance)

    assert result.success
    answer = answer_of(result, instance)
    assert [item.block_key for item in answer.unfinished_items] == ["none", "inner/1", "mail/2__0"]


def test_a_block_that_has_no_output_when_it_fails_lets_the_run_go_on(
    instance: dg.DagsterInstance,
) -> None:
    export = {
        "block_type": "data_export",
        "label": "export",
        "data": "{{ people }}",
        "data_schema": {"type": "array", "items": {"type": "object"}},
        "continue_on_failure": True,
    }
    end = {"block_type": "wait", "label": "end", "wait_sec": 0}
    made = workflow([export, end], [given("people", "json")])

    result = run(made, [1], instance)

    assert result.success
    answer = answer_of(result, instance)
    assert [item.block_key for item in answer.unfinished_items] == ["export"]
    assert (answer.outputs or {})["export_output"] is None
