"""Going on with a run that waits for a person."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from skyvern_dagster.artifacts.interactions import Interactions, Question, Reply
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import RunTransitionError
from skyvern_dagster.execution import tags
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.dagster_client import DagsterClient
from skyvern_dagster.runs.status import run_status


def answer_run(
    store: ArtifactStore,
    run: dg.DagsterRun,
    *,
    approved: bool,
    by: str,
    block_key: str | None = None,
) -> None:
    """Writes down what a person said to a run that waits.

    Args:
        by: Who, or from where, in words.
        block_key: The question; all that are open, when left out.

    Raises:
        RunTransitionError: It doesn't wait, somebody has answered already, or the time is over.
    """
    run_id = run.tags.get(tags.WORKFLOW_RUN_ID, "")
    if run_status(run) != "paused":
        raise RunTransitionError(f"run {run_id} is {run_status(run)}: it waits for nobody")
    asked = Interactions(store, run_id)
    open_questions = [each for each in asked.open() if block_key in (None, each.block_key)]
    now = utc_now()
    in_time = [each for each in open_questions if now < each.deadline]
    if open_questions and not in_time:
        deadline = max(each.deadline for each in open_questions)
        raise RunTransitionError(
            f"run {run_id} waited until {deadline:%Y-%m-%d %H:%M} UTC: the answer is no by now"
        )
    reply = Reply(approved=approved, by=by, at=now)
    counted = [asked.answer(each.block_key, reply) for each in in_time]
    if not any(counted):
        raise RunTransitionError(f"run {run_id} has been answered already")


def continue_run(
    store: ArtifactStore,
    deployment: DagsterClient,
    run: dg.DagsterRun,
    *,
    approved: bool,
    by: str,
    block_key: str | None = None,
) -> str:
    """Answers a run that waits, and makes it go on.

    Returns:
        Dagster's id of the run that goes on.

    Raises:
        RunTransitionError: As :func:`answer_run`.
        DeploymentError: Dagster can't be reached, or refused.
    """
    answer_run(store, run, approved=approved, by=by, block_key=block_key)
    return deployment.resume(run.run_id)


def continue_overdue(
    instance: dg.DagsterInstance, store: ArtifactStore, deployment: DagsterClient
) -> list[str]:
    """Makes runs go on that nobody has answered in time: their block then says so.

    Returns:
        The ids of those runs.

    Raises:
        DeploymentError: Dagster can't be reached, or refused.
    """
    overdue = []
    for run in _paused(instance):
        if all(utc_now() >= each.deadline for each in _open(store, run)):
            answer = Reply(approved=False, by="nobody answered in time", at=utc_now())
            asked = Interactions(store, run.tags[tags.WORKFLOW_RUN_ID])
            for each in _open(store, run):
                asked.answer(each.block_key, answer)
            deployment.resume(run.run_id)
            overdue.append(run.tags[tags.WORKFLOW_RUN_ID])
    return overdue


def _paused(instance: dg.DagsterInstance) -> Iterator[dg.DagsterRun]:
    """Those that have not been continued: a continuation takes the tag over."""
    wanted = dg.RunsFilter(tags={tags.STATUS: "paused"}, statuses=[dg.DagsterRunStatus.FAILURE])
    newest: dict[str, dg.DagsterRun] = {}
    for run in instance.get_runs(filters=wanted):
        newest.setdefault(run.tags.get(tags.WORKFLOW_RUN_ID, ""), run)
    for run_id, run in newest.items():
        latest = instance.get_runs(
            filters=dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id}), limit=1
        )
        if run_id and latest and latest[0].run_id == run.run_id and run_status(run) == "paused":
            yield run


def _open(store: ArtifactStore, run: dg.DagsterRun) -> list[Question]:
    return list(Interactions(store, run.tags[tags.WORKFLOW_RUN_ID]).open())
