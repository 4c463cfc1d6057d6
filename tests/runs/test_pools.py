"""Two runs never use one login at the same time, unless definition or instance allow it."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg
import pytest
from dagster._core.op_concurrency_limits_counter import GlobalOpConcurrencyLimitsCounter

from skyvern_dagster import build_job
from skyvern_dagster.compiler.dagster_internals import make_pools
from skyvern_dagster.workflow.loader import load_text
from tests.compiler.definitions import given, task


def job(name: str, credential: str = "acme", **pools: Any) -> dg.JobDefinition:
    document = {
        "title": "A sample",
        "dagster": {"pools": pools},
        "workflow_definition": {
            "parameters": [
                given("url", default="http://127.0.0.1:9"),
                {"key": "login", "parameter_type": "credential", "credential_id": credential},
            ],
            "blocks": [
                task("enter", url="url", parameter_keys=["login"], navigation_goal="Log in."),
                task("look", navigation_goal="Look around."),
            ],
        },
    }
    return build_job(load_text(json.dumps(document), source="x.yaml", name=name))


def waits(instance: dg.DagsterInstance, first: dg.JobDefinition, second: dg.JobDefinition) -> bool:
    """Whether the queue keeps the second run while the first is in progress."""
    one = instance.create_run_for_job(first, status=dg.DagsterRunStatus.STARTED)
    two = instance.create_run_for_job(second, status=dg.DagsterRunStatus.NOT_STARTED)
    storage = instance.event_log_storage
    for run in (one, two):  # as whoever starts a run does, before it is queued
        make_pools(instance, (run.run_op_concurrency and run.run_op_concurrency.all_pools) or ())
    pools = instance.get_concurrency_config().pool_config
    counter = GlobalOpConcurrencyLimitsCounter(
        instance,
        runs=[two],
        in_progress_run_records=instance.get_run_records(dg.RunsFilter(run_ids=[one.run_id])),
        concurrency_keys=storage.get_concurrency_keys(),
        pool_limits=storage.get_pool_limits(),
        pool_granularity=pools.pool_granularity,
    )
    return counter.is_blocked(two)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (job("a"), job("a"), True),
        (job("a"), job("b"), True),
        (job("a"), job("b", credential="globex"), False),
        (job("a"), job("b", login=False), False),
        (job("a", login="shared"), job("b", credential="globex", login="shared"), True),
        (job("a", login=False, site="s"), job("b", login=False, site="s"), True),
    ],
    ids=["same job", "other job", "other login", "allowed", "named", "site"],
)
def test_who_waits_for_whom(
    instance: dg.DagsterInstance, first: dg.JobDefinition, second: dg.JobDefinition, expected: bool
) -> None:
    assert waits(instance, first, second) is expected


def test_the_instance_may_allow_more(instance: dg.DagsterInstance) -> None:
    instance.event_log_storage.set_concurrency_slots("skyvern/login/acme", 2)

    assert not waits(instance, job("a"), job("a"))


def test_timeouts_and_tags_of_a_run() -> None:
    document = json.loads(
        json.dumps(
            {
                "title": "A sample",
                "dagster": {"timeouts": {"run": 900}, "run_tags": {"team": "finance"}},
                "workflow_definition": {"blocks": [{"block_type": "upload_to_s3", "label": "up"}]},
            }
        )
    )
    made = build_job(load_text(json.dumps(document), source="x.yaml", name="x"))

    assert made.tags["dagster/max_runtime"] == "900"
    assert made.tags["team"] == "finance"
