"""Mapped loops in Dagster: what fails, what goes on, and what a re-execution repeats."""

from __future__ import annotations

import dagster as dg
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.records import RunRecords
from tests.compiler.definitions import email, loop, upload, workflow
from tests.compiler.letters import (
    ADA,
    BEN,
    CLARA,
    DAN,
    EVERYBODY,
    PARAMETERS,
    TO_THE_ITEM,
    answer_of,
    failed_steps,
    letters,
    loop_values,
    metadata_of,
    run,
    run_again,
    tags_of,
)
from tests.compiler.postman import Postman


def test_without_continue_on_failure_the_loop_stops(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}

    failed = run(letters(), EVERYBODY, instance)

    assert postman.delivered == [ADA]
    assert not failed.success
    assert failed_steps(failed) == ["mail[1]"]
    answer = answer_of(failed, instance)
    assert answer.status == "failed"
    assert "nobody of that name here" in str(answer.failure_reason)
    assert tags_of(failed, instance)[tags.FAILED_BLOCK] == "mail/1"
    assert loop_values(answer) == [ADA, BEN]


def test_resuming_runs_what_is_missing_and_nothing_else(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}
    failed = run(letters(), EVERYBODY, instance)
    postman.refused = set()

    resumed = run_again(letters(), failed, instance)

    assert resumed.success
    assert postman.delivered == EVERYBODY
    answer = answer_of(resumed, instance)
    assert answer.status == "completed"
    assert answer.failure_reason is None
    assert loop_values(answer) == EVERYBODY
    assert answer.workflow_run_id == answer_of(failed, instance).workflow_run_id


def test_a_resumed_loop_can_fail_again(postman: Postman, instance: dg.DagsterInstance) -> None:
    postman.refused = {BEN, DAN}
    first = run(letters(), EVERYBODY, instance)
    postman.refused = {DAN}
    second = run_again(letters(), first, instance)
    assert failed_steps(second) == ["each__collect"]
    assert postman.delivered == [ADA, BEN, CLARA]
    assert "refused every recipient: dan@" in str(answer_of(second, instance).failure_reason)
    postman.refused = set()

    third = run_again(letters(), second, instance)

    assert third.success
    assert postman.delivered == EVERYBODY


@pytest.mark.parametrize(
    ("of_the_loop", "of_the_block", "loop_status"),
    [(True, False, "failed"), (False, True, "completed"), (True, True, "completed")],
)
def test_with_continue_on_failure_the_others_run(
    postman: Postman,
    instance: dg.DagsterInstance,
    of_the_loop: bool,
    of_the_block: bool,
    loop_status: str,
) -> None:
    postman.refused = {BEN}
    definition = letters(of_the_block, continue_on_failure=of_the_loop)

    result = run(definition, EVERYBODY, instance)

    assert result.success
    assert postman.delivered == [ADA, CLARA, DAN]
    answer = answer_of(result, instance)
    assert answer.status == "completed"
    assert loop_values(answer) == EVERYBODY
    outputs = [each[0]["output_value"] for each in (answer.outputs or {})["each_output"]]
    assert [output["success"] for output in outputs] == [True, False, True, True]
    (metadata,) = metadata_of(result, "each__collect")
    assert metadata["skyvern/status"].value == loop_status


def test_the_rest_of_a_failed_iteration_is_left_out(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}
    body = (
        upload("before"),
        email("mail", **TO_THE_ITEM),
        upload("after"),
    )
    definition = workflow([loop("each", "people", *body, continue_on_failure=True)], PARAMETERS)

    answer = answer_of(run(definition, EVERYBODY, instance), instance)

    iterations = (answer.outputs or {})["each_output"]
    made = [[entry["output_parameter"]["key"] for entry in entries] for entries in iterations]
    whole = ["before_output", "mail_output", "after_output"]
    assert made == [whole, whole[:2], whole, whole]


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        ({}, "terminated"),
        ({"complete_if_empty": True}, "completed"),
        ({"continue_on_failure": True}, "completed"),
    ],
)
def test_an_empty_list(
    postman: Postman, instance: dg.DagsterInstance, flags: dict[str, bool], status: str
) -> None:
    result = run(letters(**flags), [], instance)

    answer = answer_of(result, instance)
    assert answer.status == status
    assert result.success == (status == "completed")
    assert (answer.outputs or {})["each_output"] == []
    assert answer.failure_reason == (
        "the list to loop over is empty" if status == "terminated" else None
    )
    assert tags_of(result, instance)[tags.STATUS] == status


@pytest.mark.parametrize("goes_on", [False, True])
def test_something_that_is_no_list(
    postman: Postman, instance: dg.DagsterInstance, goes_on: bool
) -> None:
    result = run(letters(continue_on_failure=goes_on), {"not": "a list"}, instance)

    answer = answer_of(result, instance)
    assert result.success == goes_on
    assert (answer.outputs or {})["each_output"] == []
    record = RunRecords(default_store(), answer.workflow_run_id).read("each")
    assert record is not None
    assert record.outcome.status == "failed"
    assert "'people' is no list to loop over" in str(record.outcome.failure_reason)
    assert failed_steps(result) == ([] if goes_on else ["each"])
    assert str(record.outcome.failure_reason) in str(answer.failure_reason)
    assert answer.status == ("completed" if goes_on else "failed")


def test_iterations_run_one_after_the_other(postman: Postman, instance: dg.DagsterInstance) -> None:
    body = (upload("first"), email("mail", **TO_THE_ITEM))
    result = run(workflow([loop("each", "people", *body)], PARAMETERS), EVERYBODY[:3], instance)

    begun = [event.step_key for event in result.all_events if event.is_step_start]
    body_steps = [key for key in begun if key and "[" in key]
    assert body_steps == [f"{op}[{index}]" for index in range(3) for op in ("first", "mail")]
