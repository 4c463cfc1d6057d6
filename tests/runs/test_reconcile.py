"""Runs that ended without saying so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.compiler.dagster_internals import add_run_tags
from skyvern_dagster.execution import tags
from skyvern_dagster.process.identity import process_start, process_tag
from skyvern_dagster.runs.reconcile import Reconciled, reconcile
from skyvern_dagster.runs.status import run_status
from tests.runs.ended import ended

Status = dg.DagsterRunStatus


@pytest.fixture
def gone() -> str:
    """The tag of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        return process_tag(process.pid)


def begun(
    instance: dg.DagsterInstance, given: dict[str, str], after: str | None = None
) -> dg.DagsterRun:
    """A run that is going on, as far as Dagster knows."""
    run = instance.create_run_for_job(
        ended, tags={"ending": "completed", **given}, parent_run_id=after, root_run_id=after
    )
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, ended.name)
    instance.report_dagster_event(event, run.run_id)
    return reread(instance, run)


def reread(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


def test_a_process_that_is_there(instance: dg.DagsterInstance) -> None:
    mine = begun(instance, {tags.PROCESS: process_tag(os.getpid()), tags.STATUS: "running"})
    elsewhere = begun(instance, {tags.PROCESS: "another-host:1:1", tags.STATUS: "running"})
    not_ours = begun(instance, {})
    assert reconcile(instance) == Reconciled()
    for run in (mine, elsewhere, not_ours):
        assert reread(instance, run).status == Status.STARTED


def test_a_process_that_is_gone(instance: dg.DagsterInstance, gone: str) -> None:
    run = begun(instance, {tags.PROCESS: gone, tags.STATUS: "running"})
    assert reconcile(instance) == Reconciled((run.run_id,), (run.run_id,))
    run = reread(instance, run)
    assert (run.status, run.tags[tags.STATUS]) == (Status.FAILURE, "failed")
    assert reconcile(instance) == Reconciled()


def test_a_canceled_run_whose_process_is_gone(instance: dg.DagsterInstance, gone: str) -> None:
    run = begun(instance, {tags.PROCESS: gone, tags.STATUS: "running"})
    instance.report_run_canceling(run)
    reconcile(instance)
    run = reread(instance, run)
    assert (run.status, run.tags[tags.STATUS]) == (Status.CANCELED, "canceled")


def test_a_number_that_is_used_again(instance: dg.DagsterInstance) -> None:
    host, pid, started = process_tag(os.getpid()).split(":")
    run = begun(instance, {tags.PROCESS: f"{host}:{pid}:{int(started) - 1}"})
    assert reconcile(instance).lost == (run.run_id,)


def test_a_tag_that_was_copied_from_the_run_before(instance: dg.DagsterInstance, gone: str) -> None:
    first = begun(instance, {tags.PROCESS: gone})
    instance.report_run_failed(first)
    again = begun(instance, {tags.PROCESS: gone}, after=first.run_id)
    assert reconcile(instance) == Reconciled()
    assert reread(instance, again).status == Status.STARTED


def test_a_process_that_nobody_has_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}/stat").exists()
        assert process_start(process.pid) == ""


@pytest.mark.parametrize("limit_tag", ["dagster/max_runtime", "dagster/max_runtime_seconds"])
@pytest.mark.parametrize(("limit", "status"), [("0", "timed_out"), ("3600", "failed")])
def test_out_of_time(instance: dg.DagsterInstance, limit_tag: str, limit: str, status: str) -> None:
    run = begun(instance, {tags.STATUS: "running", limit_tag: limit})
    instance.report_run_failed(run)
    reconcile(instance)
    assert run_status(reread(instance, run)) == reread(instance, run).tags[tags.STATUS] == status


def test_out_of_time_and_ended_as_if_canceled(instance: dg.DagsterInstance) -> None:
    run = begun(instance, {tags.STATUS: "running", "dagster/max_runtime": "0"})
    instance.report_run_canceled(run)
    reconcile(instance)
    assert run_status(reread(instance, run)) == "timed_out"


def test_an_ending_that_was_told_stays(instance: dg.DagsterInstance) -> None:
    run = begun(instance, {"dagster/max_runtime": "0"})
    add_run_tags(instance, run.run_id, {tags.STATUS: "terminated", tags.ATTEMPT: run.run_id})
    instance.report_run_failed(run)
    assert reconcile(instance) == Reconciled()
    assert run_status(reread(instance, run)) == "terminated"
