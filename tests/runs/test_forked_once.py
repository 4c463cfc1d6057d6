"""A run gets one process, however often it is launched; what was ended from outside has ended."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from skyvern_dagster.compiler.dagster_internals import LaunchRunContext, WorkerStatus, add_run_tags
from skyvern_dagster.execution import tags
from skyvern_dagster.launching.run_launcher import ForkServerRunLauncher
from skyvern_dagster.process.claims import RunClaims
from skyvern_dagster.process.identity import process_tag
from skyvern_dagster.runs.ended_elsewhere import end_with_the_run, run_of
from skyvern_dagster.runs.reconcile import reconcile
from skyvern_dagster.runs.unlaunched import enqueue_unlaunched
from tests.office import QUIET
from tests.runs.ended import ended

Status = dg.DagsterRunStatus


def starting(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run that a daemon has taken from the queue."""
    origin = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("skyvern"), "__repository__")
    run = instance.create_run_for_job(
        ended, tags={"ending": "completed"}, remote_job_origin=RemoteJobOrigin(origin, ended.name)
    )
    report(instance, run, dg.DagsterEventType.RUN_STARTING)
    return again(instance, run)


def report(instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType) -> None:
    instance.report_dagster_event(dg.DagsterEvent(kind.value, ended.name), run.run_id)


def again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


def test_of_many_launchers_one_gets_the_run(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as launchers:
        for number in range(20):
            taken = list(
                launchers.map(lambda _, n=number: RunClaims.of(tmp_path).take(f"run{n}"), range(16))
            )
            assert sum(taken) == 1
    claims = RunClaims.of(tmp_path)
    assert claims.process("run0") == ""
    claims.tell("run0", "here:1:2")
    assert not claims.take("run0")
    assert claims.process("run0") == "here:1:2"
    assert claims.process("another") is None


def test_what_was_canceled_while_it_was_taken_from_the_queue_never_starts(
    instance: dg.DagsterInstance,
) -> None:
    run = starting(instance)  # the daemon's "starting" came after these, and hides them
    instance.report_run_canceling(run)
    instance.report_run_canceled(run)
    report(instance, run, dg.DagsterEventType.RUN_STARTING)
    assert again(instance, run).status is Status.STARTING
    instance.run_launcher.launch_run(
        LaunchRunContext(dagster_run=again(instance, run), workspace=None)
    )
    assert again(instance, run).status is Status.CANCELED
    assert tags.PROCESS not in again(instance, run).tags
    assert RunClaims.of(Path(instance.root_directory)).process(run.run_id) is None


def test_old_claims_are_forgotten(tmp_path: Path) -> None:
    claims = RunClaims.of(tmp_path)
    claims.forget_old()
    for each in ("old", "new"):
        claims.take(each)
    os.utime(claims.folder / "old", (1, 1))
    claims.forget_old()
    assert claims.process("old") is None
    assert claims.process("new") == ""


def test_what_a_killed_daemon_had_taken_is_queued_again(
    instance: dg.DagsterInstance, home: Path
) -> None:
    lost, forked, tagged = (starting(instance) for _ in range(3))
    RunClaims.of(home).take(forked.run_id)
    add_run_tags(instance, tagged.run_id, {tags.PROCESS: process_tag(os.getpid())})

    assert enqueue_unlaunched(instance) == [lost.run_id]
    assert again(instance, lost).status == Status.QUEUED
    for run in (forked, tagged):
        assert again(instance, run).status == Status.STARTING
    assert enqueue_unlaunched(instance) == []


def test_a_process_that_nobody_could_note_is_known_by_its_claim(
    instance: dg.DagsterInstance, home: Path
) -> None:
    run = starting(instance)
    report(instance, run, dg.DagsterEventType.RUN_START)
    RunClaims.of(home).take(run.run_id)
    RunClaims.of(home).tell(run.run_id, process_tag(os.getpid()))

    assert reconcile(instance).lost == ()
    assert again(instance, run).tags[tags.PROCESS] == process_tag(os.getpid())


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        (process_tag(os.getpid()), WorkerStatus.RUNNING),
        (f"{os.uname().nodename}:{os.getpid()}:1", WorkerStatus.FAILED),
        ("another-host:1:1", WorkerStatus.RUNNING),
        ("", WorkerStatus.RUNNING),
    ],
    ids=["alive", "gone", "of another machine", "unknown"],
)
def test_only_what_is_known_to_be_gone_is_called_so(
    instance: dg.DagsterInstance, process: str, expected: WorkerStatus
) -> None:
    """Dagster fails every started run whose health isn't said to be good."""
    launcher = instance.run_launcher
    assert isinstance(launcher, ForkServerRunLauncher)
    run = starting(instance)
    if process:
        add_run_tags(instance, run.run_id, {tags.PROCESS: process})

    assert launcher.check_run_worker_health(again(instance, run)).status == expected


@pytest.mark.parametrize("how", ["failed", "canceled"])
def test_a_run_that_was_ended_from_outside_ends_its_process(
    instance: dg.DagsterInstance, how: str
) -> None:
    run = starting(instance)
    report(instance, run, dg.DagsterEventType.RUN_START)
    killed = Event()
    end_with_the_run(run_of(run.run_id), killed.set)
    if how == "failed":
        instance.report_run_failed(run)
    else:
        instance.report_run_canceled(run)

    assert killed.wait(20)


def test_a_run_that_has_ended_itself_may_put_things_away(instance: dg.DagsterInstance) -> None:
    result = ended.execute_in_process(
        instance=instance, run_config=QUIET, tags={"ending": "completed"}
    )
    killed = Event()
    end_with_the_run(run_of(result.run_id), killed.set)

    assert not killed.wait(1.5)
