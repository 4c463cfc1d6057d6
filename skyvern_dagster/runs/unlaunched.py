"""Runs that a daemon took from the queue and was killed before it had launched them."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import enqueue_again
from skyvern_dagster.execution import tags
from skyvern_dagster.process.claims import RunClaims


def enqueue_unlaunched(instance: dg.DagsterInstance) -> list[str]:
    """Puts them back into the queue; they would wait for minutes and then be failed.

    Only for an instance whose runs the fork server forks, while no daemon is up: what a daemon is
    about to launch would be taken for one of them.

    Returns:
        Dagster's run ids.
    """
    claims = RunClaims.of(Path(instance.root_directory))
    starting = instance.get_runs(filters=dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING]))
    found = []
    for run in starting:
        was_queued = run.remote_job_origin is not None
        if was_queued and tags.PROCESS not in run.tags and claims.process(run.run_id) is None:
            enqueue_again(instance, run)
            found.append(run.run_id)
    return found
