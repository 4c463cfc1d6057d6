"""Trying runs again that have ended, where their definition says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import dagster as dg

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import (
    RESUME_TAG,
    add_run_tags,
    enqueue_reexecution,
    newest_run_with_tag,
    report_note,
)
from skyvern_dagster.errors import DeploymentError
from skyvern_dagster.execution import tags
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.attempts import next_attempt
from skyvern_dagster.runs.status import ENDED


class Resumer(Protocol):
    """Makes another attempt at a run: a deployment's webserver does, or its queue."""

    def resume(
        self, run_id: str, *, whole: bool = False, run_tags: Mapping[str, str] | None = None
    ) -> str:
        """Re-executes a run; gives Dagster's id of the new one.

        Raises:
            DeploymentError: It can't be done.
        """
        ...


class QueueResumer:
    """Makes attempts through the instance's queue, where no webserver's address is known.

    Args:
        instance: Where the runs are.
    """

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance

    def resume(
        self, run_id: str, *, whole: bool = False, run_tags: Mapping[str, str] | None = None
    ) -> str:
        """See :class:`Resumer`; all steps are carried out, and repeat nothing that is finished."""
        del whole
        run = self._instance.get_run_by_id(run_id)
        told = {**(run_tags or {}), RESUME_TAG: "true"}
        again = None if run is None else enqueue_reexecution(self._instance, run, told)
        if again is None:
            raise DeploymentError(
                "the instance has no queue: set run_coordinator to QueuedRunCoordinator"
            )
        return again


def retry_due(instance: dg.DagsterInstance, store: ArtifactStore, deployment: Resumer) -> list[str]:
    """Makes the attempts that are due; several processes share the work.

    A run that ``skyvern-dagster run`` carries out is tried again by that.

    Returns:
        The ids of the runs that are tried again.
    """
    pending = dg.RunsFilter(statuses=ENDED, tags={tags.RETRY: "pending"})
    tried = []
    for record in instance.get_run_records(filters=pending):
        run = record.dagster_run
        if run.remote_job_origin is None:
            continue
        run_id = run.tags.get(tags.WORKFLOW_RUN_ID, "")
        newest = newest_run_with_tag(instance, tags.WORKFLOW_RUN_ID, run_id)
        following = next_attempt(instance, store, record)
        if newest is not None and newest.run_id != run.run_id:  # somebody has gone on with it
            add_run_tags(instance, run.run_id, {tags.RETRY: "retried"})
        elif following is None:
            add_run_tags(instance, run.run_id, {tags.RETRY: "final"})
        elif utc_now() >= following.due and _retried(instance, store, deployment, run):
            tried.append(run_id)
    return tried


def cancel_retry(instance: dg.DagsterInstance, store: ArtifactStore, run: dg.DagsterRun) -> bool:
    """Gives up an attempt that is still to be made; its webhook tells of the last one then.

    Returns:
        Whether there was one.
    """
    record = instance.get_run_record_by_id(run.run_id)
    if record is None or next_attempt(instance, store, record) is None:
        return False
    add_run_tags(instance, run.run_id, {tags.RETRY: "canceled"})
    return True


def _retried(
    instance: dg.DagsterInstance,
    store: ArtifactStore,
    deployment: Resumer,
    run: dg.DagsterRun,
) -> bool:
    claim = RunKeys(run.tags[tags.WORKFLOW_RUN_ID]).retry_claim(run.run_id)
    if not store.create(claim, b"{}"):
        return False
    try:
        deployment.resume(
            run.run_id, whole=not _can_go_on(instance, run), run_tags={tags.RETRY_OF: run.run_id}
        )
    except DeploymentError as error:
        add_run_tags(instance, run.run_id, {tags.RETRY: "final"})
        report_note(instance, run, f"the run could not be tried again: {error}", {})
        return False
    # Not before: whoever asks in between is told that there is to be another attempt.
    add_run_tags(instance, run.run_id, {tags.RETRY: "retried"})
    return True


def _can_go_on(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether Dagster can re-execute it from its failure: something has to have succeeded."""
    if run.status != dg.DagsterRunStatus.FAILURE:
        return False
    found = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS, limit=1
    )
    return bool(found.records)
