"""Dagster's statuses in Skyvern's words."""

from __future__ import annotations

import dagster as dg
import pytest

from skyvern_dagster.execution import tags
from skyvern_dagster.runs.events import split_step_key
from skyvern_dagster.runs.status import EXIT_CODES, FINAL, run_status

Status = dg.DagsterRunStatus


@pytest.mark.parametrize(
    ("status", "tag", "expected"),
    [
        (Status.SUCCESS, "completed", "completed"),
        (Status.FAILURE, "failed", "failed"),
        (Status.FAILURE, "terminated", "terminated"),
        (Status.FAILURE, "timed_out", "timed_out"),
        (Status.FAILURE, "running", "failed"),
        (Status.FAILURE, "completed", "failed"),
        (Status.CANCELED, "terminated", "canceled"),
        (Status.CANCELED, "timed_out", "timed_out"),
        (Status.CANCELING, "running", "running"),
        (Status.STARTED, "running", "running"),
        (Status.STARTING, "", "running"),
        (Status.QUEUED, "", "queued"),
        (Status.NOT_STARTED, "", "created"),
    ],
)
def test_status(status: dg.DagsterRunStatus, tag: str, expected: str) -> None:
    assert run_status(make_run(status, tag, attempt="this")) == expected


def test_tags_that_speak_of_the_run_before_don_t_count() -> None:
    assert run_status(make_run(Status.FAILURE, "terminated", attempt="before")) == "failed"


def test_exit_codes_are_of_final_statuses() -> None:
    assert set(EXIT_CODES) <= FINAL | {"paused"}
    assert EXIT_CODES == {"completed": 0, "terminated": 3, "paused": 5, "canceled": 130}


def test_a_run_of_a_time_when_everybody_saw_the_attempt() -> None:
    run = make_run(dg.DagsterRunStatus.FAILURE, "terminated", attempt="this")
    run = run._replace(tags={tags.STATUS: "terminated", tags.FORMER_ATTEMPT: "this"})
    assert run_status(run) == "terminated"


@pytest.mark.parametrize(
    ("key", "parts"),
    [("a", ("a", "")), ("a[07]", ("a", "07")), ("a__collect", ("a__collect", "")), ("", ("", ""))],
)
def test_step_keys(key: str, parts: tuple[str, str]) -> None:
    assert split_step_key(key) == parts


def make_run(status: dg.DagsterRunStatus, tag: str, *, attempt: str) -> dg.DagsterRun:
    found = {tags.STATUS: tag, tags.ATTEMPT: attempt}
    # A queued run wants a code location; its status alone doesn't.
    return dg.DagsterRun(job_name="sample", run_id="this", tags=found)._replace(status=status)
