"""Runs that ended without saying so: their process was killed, or they were canceled."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import (
    MAX_RUNTIME_TAGS,
    add_run_tags,
    report_canceled,
)
from skyvern_dagster.execution import tags
from skyvern_dagster.process.claims import RunClaims
from skyvern_dagster.process.identity import living_process
from skyvern_dagster.runs.status import ENDED, GOING_ON, RunStatus, attempt_tags, run_status

_UNFINISHED = ["created", "queued", "running"]


@dataclass(frozen=True)
class Reconciled:
    """What :func:`reconcile` has found; ids are Dagster's.

    Attributes:
        lost: Runs whose process was gone.
        corrected: Runs whose status tag was behind.
    """

    lost: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()


def reconcile(instance: dg.DagsterInstance) -> Reconciled:
    """Ends the runs of this machine whose process is gone, and corrects status tags.

    Cheap enough to be called each second: two queries, which find nothing as a rule.
    """
    going_on = instance.get_runs(filters=dg.RunsFilter(statuses=GOING_ON))
    going_on = [_with_process(instance, run) for run in going_on]
    lost = [run for run in going_on if tags.PROCESS in run.tags and end_if_lost(instance, run)]
    behind = instance.get_run_records(
        filters=dg.RunsFilter(statuses=ENDED, tags={tags.STATUS: _UNFINISHED})
    )
    for record in behind:
        run = record.dagster_run
        corrected = {tags.STATUS: reconciled_status(record), tags.ATTEMPT: run.run_id}
        add_run_tags(instance, run.run_id, corrected)
    return Reconciled(
        lost=tuple(run.run_id for run in lost),
        corrected=tuple(record.dagster_run.run_id for record in behind),
    )


def _with_process(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    """The run with its process: whoever had it forked may have been killed before it said so."""
    if tags.PROCESS in run.tags:
        return run
    process = RunClaims.of(Path(instance.root_directory)).process(run.run_id)
    if not process:
        return run
    add_run_tags(instance, run.run_id, {tags.PROCESS: process})
    return instance.get_run_by_id(run.run_id) or run


def settle(instance: dg.DagsterInstance, run_id: str) -> None:
    """Corrects the status tag of a run that may have ended without saying so: a canceled one."""
    for record in instance.get_run_records(filters=dg.RunsFilter(run_ids=[run_id]), limit=1):
        run = record.dagster_run
        if run.is_finished and run.tags.get(tags.STATUS) in _UNFINISHED:
            corrected = {tags.STATUS: reconciled_status(record), tags.ATTEMPT: run.run_id}
            add_run_tags(instance, run.run_id, corrected)


def reconciled_status(record: dg.RunRecord) -> RunStatus:
    """The status of a run that has ended, by its record."""
    run = record.dagster_run
    if run.status != dg.DagsterRunStatus.SUCCESS and _ran_out_of_time(record):
        said = attempt_tags(run).get(tags.STATUS, "running")
        if said in _UNFINISHED:
            return "timed_out"
    return run_status(run)


def end_if_lost(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Reports a run whose process is gone as ended; it would stay STARTED for ever.

    Returns:
        Whether it was lost.
    """
    if not is_of_this_machine(run) or process_is_alive(run) or _was_copied(instance, run):
        return False
    current = instance.get_run_by_id(run.run_id)
    if current is None or current.is_finished:  # it ended while we looked
        return False
    report_lost(instance, current)
    return True


def report_lost(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    """Ends a run whose process is gone, and gives it as it is now."""
    if run.status == dg.DagsterRunStatus.CANCELING:
        report_canceled(instance, run)
    else:
        instance.report_run_failed(run, message="the run's process is gone")
    return instance.get_run_by_id(run.run_id) or run


def is_of_this_machine(run: dg.DagsterRun) -> bool:
    """Whether the run's process is, or was, one that can be looked for here."""
    return run.tags.get(tags.PROCESS, "").partition(":")[0] == os.uname().nodename


def process_is_alive(run: dg.DagsterRun) -> bool:
    """Whether the run's process is still there, and not another one with its number."""
    return living_process(run.tags.get(tags.PROCESS, "")) is not None


def _was_copied(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the process tag is the one of the run before: Dagster's UI copies all tags."""
    parent = instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None
    return parent is not None and parent.tags.get(tags.PROCESS) == run.tags.get(tags.PROCESS)


def _ran_out_of_time(record: dg.RunRecord) -> bool:
    limits = [record.dagster_run.tags.get(name, "") for name in MAX_RUNTIME_TAGS]
    limit = next((limit for limit in limits if limit), "")
    if record.start_time is None or record.end_time is None or not limit.isdecimal():
        return False
    return record.end_time - record.start_time >= float(limit)
