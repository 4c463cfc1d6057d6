"""Whose run a re-execution is, and what it repeats, however Dagster was told to re-execute."""

from __future__ import annotations

import dagster as dg
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.compiler.dagster_internals import RESUME_TAG, RETRY_NUMBER_TAG
from skyvern_dagster.execution import tags
from skyvern_dagster.runs.answer import build_answer
from tests.compiler.letters import (
    ADA,
    BEN,
    EVERYBODY,
    answer_of,
    dagster_run,
    job,
    letters,
    run,
    run_again,
    tags_of,
)
from tests.compiler.postman import Postman


@pytest.mark.parametrize("copies_tags", [False, True], ids=["python", "ui"])
def test_all_steps_is_another_run_and_sends_again(
    postman: Postman, instance: dg.DagsterInstance, copies_tags: bool
) -> None:
    first = run(letters(), [ADA, BEN], instance)

    second = run_again(
        letters(),
        first,
        instance,
        options=dg.ReexecutionOptions(parent_run_id=first.run_id),
        given_tags=ours(first, instance) if copies_tags else None,
    )

    assert second.success
    assert postman.delivered == [ADA, BEN, ADA, BEN]
    ids = {answer_of(each, instance).workflow_run_id for each in (first, second)}
    assert len(ids) == 2


@pytest.mark.parametrize("copies_tags", [False, True], ids=["python", "ui"])
def test_from_failure_is_the_same_run_and_sends_the_rest(
    postman: Postman, instance: dg.DagsterInstance, copies_tags: bool
) -> None:
    postman.refused = {BEN}
    first = run(letters(), [ADA, BEN], instance)
    run_id = answer_of(first, instance).workflow_run_id
    postman.refused = set()

    copied = {**ours(first, instance), RESUME_TAG: "true"} if copies_tags else None
    second = run_again(letters(), first, instance, given_tags=copied)

    assert second.success
    assert postman.delivered == [ADA, BEN]
    answer = answer_of(second, instance)
    assert (answer.workflow_run_id, answer.status) == (run_id, "completed")
    found = tags_of(second, instance)
    assert found[tags.STATUS] == "completed"
    assert found.get(tags.FAILURE_REASON, "-") == found.get(tags.FAILED_BLOCK, "-") == "-"


def test_an_automatic_retry_is_the_same_run(postman: Postman, instance: dg.DagsterInstance) -> None:
    """As Dagster's run retries do it with the strategy ALL_STEPS."""
    postman.refused = {BEN}
    first = run(letters(), [ADA, BEN], instance)
    postman.refused = set()

    second = run_again(
        letters(),
        first,
        instance,
        options=dg.ReexecutionOptions(parent_run_id=first.run_id),
        given_tags={**ours(first, instance), RETRY_NUMBER_TAG: "1"},
    )

    assert second.success
    assert postman.delivered == [ADA, BEN]
    ids = {answer_of(each, instance).workflow_run_id for each in (first, second)}
    assert len(ids) == 1


def test_a_step_that_a_person_selects_is_repeated(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    first = run(letters(), EVERYBODY, instance)
    before = records(first, instance)

    again = run_again(
        letters(),
        first,
        instance,
        options=dg.ReexecutionOptions(parent_run_id=first.run_id, step_selection=["end"]),
    )

    assert again.success
    after = records(again, instance)
    assert after["end"] > before["end"]
    assert {key: after[key] for key in after if key != "end"} == {
        key: before[key] for key in before if key != "end"
    }


def test_a_resumed_run_that_dies_early_doesn_t_repeat_the_old_reason(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}
    first = run(letters(), [ADA, BEN], instance)
    definition = job(letters())
    resumed = instance.create_run_for_job(
        definition.get_definition(),
        run_config=dagster_run(first, instance).run_config,
        tags={**ours(first, instance), RESUME_TAG: "true"},
        root_run_id=first.run_id,
        parent_run_id=first.run_id,
    )

    instance.report_run_failed(resumed, message="out of memory")

    found = instance.get_run_by_id(resumed.run_id)
    assert found is not None
    answer = build_answer(instance, default_store(), found)
    assert (answer.status, answer.failure_reason) == ("failed", "out of memory")


def ours(result: dg.JobExecutionResult, instance: dg.DagsterInstance) -> dict[str, str]:
    """The tags that Dagster's UI copies to a re-execution."""
    found = tags_of(result, instance)
    return {key: value for key, value in found.items() if key.startswith("skyvern/")}


def records(result: dg.JobExecutionResult, instance: dg.DagsterInstance) -> dict[str, str]:
    """Block key -> when it was finished."""
    from skyvern_dagster.execution.records import RunRecords

    run_id = answer_of(result, instance).workflow_run_id
    found = RunRecords(default_store(), run_id).all(letters())
    return {record.block_key: record.finished_at for record in found}
