"""One login at a time, for runs whose logins the queue can't know before they run.

Dagster's queue keeps runs of compiled jobs apart by their pools. The job that interprets a workflow
has none, a credential may be named by a parameter only, and runs of the command line pass no queue.
So each run holds its logins by a tag while it is in progress, and waits for those that others hold.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import (
    add_run_tags,
    run_pool_limit,
    shared_database_lock,
)
from skyvern_dagster.compiler.limits import login_pool, login_pools
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.declarations import declarations
from skyvern_dagster.workflow.loader import Workflow

_POLL_SECONDS = 1.0
"""Arbitrary, as often as our queue looks: a run takes many times that."""

_IN_PROGRESS = (
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def logins_of(workflow: Workflow, parameters: Mapping[str, Any]) -> list[str]:
    """The pools of all logins that a run uses: those of its job, and those that parameters name."""
    pools = set(login_pools(workflow))
    if workflow.definition.dagster.pools.login is True:
        declared = declarations(workflow, parameters)
        pools |= {login_pool(declared.credential_ids.get(key, key)) for key in declared.credentials}
    return sorted(pools)


def hold_logins(
    context: dg.OpExecutionContext, workflow: Workflow, parameters: Mapping[str, Any]
) -> None:
    """Waits until the run may use its logins, and holds them from then on, until it ends.

    All of them at one time: two runs never wait for each other.
    """
    instance, run_id = context.instance, context.run.run_id
    if run_id in _held_here:
        return
    limits = {
        pool: limit
        for pool in logins_of(workflow, parameters)
        if (limit := run_pool_limit(instance, pool)) is not None
    }
    told = False
    while limits and not _held(instance, run_id, limits):
        if not told:
            context.log.info(f"another run uses {', '.join(limits)}: waiting until it has ended")
            told = True
        time.sleep(_POLL_SECONDS)
    _held_here.add(run_id)


_held_here: set[str] = set()
"""Runs of this process that hold what they need: their later ops needn't look."""


def _held(instance: dg.DagsterInstance, run_id: str, limits: Mapping[str, int]) -> bool:
    """Whether the run holds its logins (now, or since an op before this one)."""
    with (
        _one_at_a_time(Path(instance.root_directory)),
        shared_database_lock(instance, tags.LOGINS),
    ):
        others = []
        for run in instance.get_runs(filters=dg.RunsFilter(statuses=_IN_PROGRESS)):
            holder, *pools = run.tags.get(tags.LOGINS, "").split() or [""]
            if holder != run.run_id:  # copied from the run that it re-executes
                continue
            if run.run_id == run_id:
                return True
            others += pools
        if any(others.count(pool) >= limit for pool, limit in limits.items()):
            return False
        add_run_tags(instance, run_id, {tags.LOGINS: _tag(run_id, list(limits))})
        return True


def _tag(run_id: str, pools: Sequence[str]) -> str:
    return " ".join((run_id, *pools))


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Between looking and holding nobody else looks, on this machine."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".logins-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
