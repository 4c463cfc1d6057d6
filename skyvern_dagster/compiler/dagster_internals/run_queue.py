"""Dagster's queue of runs, and the pools that it holds them back by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.run_coordinator import QueuedRunCoordinator
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, ROOT_RUN_ID_TAG
from dagster._core.utils import make_new_run_id

if TYPE_CHECKING:
    pass

_OF_A_LAUNCH = ("dagster-celery/", "dagster-k8s/", "docker/", ".dagster/")
"""What tags begin with that a launcher, or the webserver, has written for one run."""


def enqueue_reexecution(
    instance: dg.DagsterInstance, run: dg.DagsterRun, run_tags: Mapping[str, str]
) -> str | None:
    """Puts a run into Dagster's queue that re-executes all of another one, from any process.

    What is public needs the code location's client, which sensors don't have.

    Args:
        run: One that has ended.
        run_tags: More tags of the new one.

    Returns:
        The new run's id; ``None`` where the instance has no queue.
    """
    if not isinstance(instance.run_coordinator, QueuedRunCoordinator):
        return None
    own = {name: value for name, value in run.tags.items() if not name.startswith(_OF_A_LAUNCH)}
    again = run._replace(
        run_id=make_new_run_id(),
        status=dg.DagsterRunStatus.NOT_STARTED,
        parent_run_id=run.run_id,
        root_run_id=run.root_run_id or run.run_id,
        tags={
            **own,
            PARENT_RUN_ID_TAG: run.run_id,
            ROOT_RUN_ID_TAG: run.root_run_id or run.run_id,
            **run_tags,
        },
    )
    instance.add_run(again)
    instance.report_dagster_event(DagsterEvent.job_enqueue(again), run_id=again.run_id)
    return again.run_id


def enqueue_again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Puts a run that was taken from the queue, and not launched, back into it."""
    from dagster._core.events import DagsterEvent

    instance.report_dagster_event(DagsterEvent.job_enqueue(run), run_id=run.run_id)


def run_pool_limit(instance: dg.DagsterInstance, pool: str) -> int | None:
    """How many runs may use a pool at a time.

    Returns:
        ``None`` where there is no limit, or where the instance counts a pool's ops instead of runs.
    """
    from dagster._core.instance.config import PoolGranularity

    pools = instance.get_concurrency_config().pool_config
    if pools.pool_granularity != PoolGranularity.RUN:
        return None
    set_limits = {each.name: each.limit for each in instance.event_log_storage.get_pool_limits()}
    return set_limits.get(pool, pools.default_pool_limit)


def make_pools(instance: dg.DagsterInstance, pools: Iterable[str]) -> None:
    """Gives pools that nobody has used yet the instance's default limit.

    Dagster's queue does so when it first meets a pool, and only holds runs back from then on: the
    first two runs ever would begin together.
    """
    missing = set(pools) - instance.event_log_storage.get_concurrency_keys()
    for pool in sorted(missing):
        instance.event_log_storage.initialize_concurrency_limit_to_default(pool)
