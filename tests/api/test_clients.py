"""The official clients, unmodified: the newest one, and the last that knew no agents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from skyvern_dagster.webhooks.signature import verify
from tests.api.served import Served
from tests.office import ROOT
from tests.webhooks.receiver import Received, receiver

VERSIONS = ("1.0.56", "1.0.44")
CLIENTS = Path(sys.prefix) / "clients"
"""Each in a folder of its own: they pin what others need newer. scripts/setup.sh makes them."""


def tour(served: Served, version: str, hook: str) -> Any:
    """What an application sees with this version of the client."""
    folder = CLIENTS / f"skyvern-{version}"
    assert folder.is_dir(), f"no client {version} in {CLIENTS}: run `make setup`"
    script = [sys.executable, str(ROOT / "tests" / "api" / "client_tour.py")]
    arguments = [served.up.url, served.key, served.demo.shop_url]
    arguments += [str(ROOT / "workflows" / "invoice_retrieval.yaml"), hook]
    done = subprocess.run(
        [*script, *arguments, json.dumps(served.invoices(3))],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_tour_with_the_official_client(served: Served, version: str) -> None:
    with receiver() as inbox:
        seen = tour(served, version, inbox.url())
        received = list(inbox.received)
    assert seen["task"]["status"] == "completed"
    assert seen["task"]["type"] == "TaskRunResponse"
    assert seen["created"]["version"] == 1
    assert seen["queued"] in ("queued", "running")
    assert seen["run"]["status"] == "completed"
    assert seen["run"]["type"].endswith("WorkflowRun")
    assert len(seen["run"]["files"]) == 2  # the newest of the three orders has no invoice
    assert "extracted_information" in seen["run"]["labels"]
    assert seen["run"]["screenshots"] == 3
    assert seen["timeline"][0][0] == "login"
    assert {entry[0]: entry[2] for entry in seen["timeline"]}["iterate_over_order_ids"] == 3
    assert {"download", "screenshot_action", "trace"} <= set(seen["artifacts"])
    assert seen["retried"] == 200
    assert seen["updated"] == 2
    assert seen["listed"]
    assert seen["canceled"] == "canceled"
    assert seen["code"] == "482913"
    assert seen["deleted"]
    assert seen["unknown"] == "NotFoundError"
    assert "Error" in seen["refused"]
    check_webhooks(served, seen, received)


def check_webhooks(served: Served, seen: Any, received: list[Received]) -> None:
    """One for the task, one or two for the run (one was asked for again); signed both ways."""
    bodies = [json.loads(each.body) for each in received]
    run_id = seen["run"]["run_id"]
    assert {body["run_id"] for body in bodies} == {seen["task"]["run_id"], run_id}
    assert bodies[0]["run_id"] == seen["task"]["run_id"]
    answer = served.get(f"/v1/runs/{run_id}")
    for each, body in zip(received[1:], bodies[1:], strict=True):
        assert {**body, **links_of(answer)} == {**answer, **links_of(answer)}
        now = float(each.headers["x-skyvern-timestamp"])

        class Then(Clock):
            def now(self) -> float:
                return now  # noqa: B023 - called in this iteration

        slack = {
            "x-slack-request-timestamp": each.headers["x-skyvern-timestamp"],
            "x-slack-signature": each.headers["x-skyvern-signature"],
        }
        assert SignatureVerifier(served.key, Then()).is_valid_request(each.body, slack)
        assert not SignatureVerifier(served.key, Then()).is_valid_request(each.body + b" ", slack)
        assert verify(served.key, each.body, each.headers)
        assert verify(served.key, each.body, each.headers, scheme="body")


def links_of(answer: dict[str, Any]) -> dict[str, Any]:
    """What may differ between two answers: ends of links, and the note of a delivery."""
    links = ("downloaded_files", "downloaded_file_urls", "screenshot_urls", "recording_url")
    return {name: answer[name] for name in (*links, "modified_at")}
