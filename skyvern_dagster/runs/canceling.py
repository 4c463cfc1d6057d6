"""Canceling a run: the browser stops within seconds, a waiting run never starts."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import add_run_tags
from skyvern_dagster.errors import RunTransitionError
from skyvern_dagster.execution import tags
from skyvern_dagster.runs.dagster_client import DagsterClient
from skyvern_dagster.runs.reconcile import settle
from skyvern_dagster.runs.retrying import cancel_retry
from skyvern_dagster.runs.status import run_status

_ENDING = frozenset({dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED})


def cancel(
    instance: dg.DagsterInstance,
    store: ArtifactStore,
    deployment: DagsterClient,
    run: dg.DagsterRun,
) -> None:
    """Ends a run; once more does nothing more. One that is to be tried again isn't.

    Raises:
        RunTransitionError: It has ended otherwise.
        DeploymentError: Dagster can't be reached.
    """
    if run.status in _ENDING or run_status(run) == "canceled":
        return
    if run_status(run) == "paused":
        end_paused(instance, run)
        return
    if run.is_finished and cancel_retry(instance, store, run):
        return
    if run.is_finished:
        raise RunTransitionError(
            f"the run has ended ({run_status(run)}): only a run that is created, queued or "
            "running can be canceled"
        )
    reason = deployment.terminate(run.run_id)
    if reason is None:
        settle(instance, run.run_id)  # one that waited has ended at once
        return
    current = instance.get_run_by_id(run.run_id)
    if current is None or current.status in _ENDING:
        return
    if current.is_finished:
        raise RunTransitionError(
            f"the run has ended ({run_status(current)}) before it could be canceled"
        )
    # Its process can't be reached: nobody else will ever say that it has ended.
    deployment.mark_canceled(run.run_id)
    settle(instance, run.run_id)


def end_paused(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Calls a run canceled that waits for a person: it has no process to end."""
    add_run_tags(instance, run.run_id, {tags.STATUS: "canceled"})
