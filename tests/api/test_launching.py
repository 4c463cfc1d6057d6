"""Processes that end as they should not: a run's, and the one that forks them."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.execution import tags
from skyvern_dagster.process.socket_place import socket_place
from tests.api.served import SLOW, Served, process_of
from tests.processes import browsers_below, living
from tests.webhooks.receiver import receiver


def test_a_killed_run_fails_and_its_webhook_comes(served: Served) -> None:
    wpid = served.post("/v1/workflows", json={"yaml_definition": SLOW})["workflow_permanent_id"]
    with receiver() as inbox:
        run = served.post(
            "/v1/run/workflows",
            json={
                "workflow_id": wpid,
                "parameters": {"website_url": served.demo.shop_url, "rounds": list(range(300))},
                "webhook_url": inbox.url(),
            },
        )["run_id"]
        served.wait(run, until=("running",))
        while not served.get(f"/v1/runs/{run}")["screenshot_urls"]:
            time.sleep(0.2)
        os.kill(process_of(run), signal.SIGKILL)
        ended = served.wait(run)
        assert ended["status"] == "failed"
        assert "process" in ended["failure_reason"]
        deadline = time.monotonic() + 30
        while not inbox.received:
            assert time.monotonic() < deadline, "no webhook"
            time.sleep(0.2)
        body = json.loads(inbox.received[0].body)
        assert (body["run_id"], body["status"]) == (run, "failed")
        assert body["outputs"], "what was finished before is told"


@pytest.mark.long
def test_a_run_that_is_ended_from_outside_stays_so(served: Served) -> None:
    """As Dagster's run monitoring does, and a person in Dagster's UI."""
    wpid = served.post("/v1/workflows", json={"yaml_definition": SLOW})["workflow_permanent_id"]
    given = {"website_url": served.demo.shop_url, "rounds": list(range(300))}
    body = {"workflow_id": wpid, "parameters": given}
    run = served.post("/v1/run/workflows", json=body)["run_id"]
    served.wait(run, until=("running",))
    process = process_of(run)
    while not (browsers := browsers_below(process)):
        time.sleep(0.2)
    with dg.DagsterInstance.get() as instance:
        (found,) = instance.get_runs(dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run}))
        instance.report_run_failed(found)

    assert served.wait(run)["status"] == "failed"
    deadline = time.monotonic() + 60
    while living(browsers | {process}):
        assert time.monotonic() < deadline, "it goes on"
        time.sleep(0.2)
    assert served.get(f"/v1/runs/{run}")["status"] == "failed"


def test_a_killed_fork_server_is_started_anew(served: Served) -> None:
    place = socket_place(served.home, "fork_server")
    mark = f"skyvern_dagster.launching.fork_server\0{place}".encode()
    found = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if mark in path.read_bytes()
    ]
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    body = {"url": served.demo.shop_url, "navigation_goal": "Open the help page"}
    assert served.wait(served.post("/api/v1/tasks", json=body)["task_id"])["status"] == "completed"
