"""``retry_policy`` and browser profiles over REST."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from skyvern_dagster.organizations.browser_profiles import BrowserProfiles
from skyvern_dagster.organizations.organization import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.runs.status import FINAL
from tests.api.served import Served
from tests.blocks.web import Answer, web_server


def _created(served: Served, url: str, policy: dict[str, object]) -> str:
    block = {"block_type": "http_request", "label": "ask", "url": f"{url}/ask"}
    body = {"parameters": [], "blocks": [block], "retry_policy": policy}
    text = json.dumps({"title": "Asks", "workflow_definition": body})
    created = served.post("/v1/workflows", json={"yaml_definition": text})
    assert created["workflow_definition"]["retry_policy"]["retry_on"] == policy["retry_on"]
    return str(created["workflow_permanent_id"])


def _after_all_attempts(served: Served, run_id: str) -> dict[str, Any]:
    """As the official client waits: for an ending that no other attempt follows."""
    deadline = time.monotonic() + 120
    while True:
        found: dict[str, Any] = served.get(f"/v1/runs/{run_id}")
        if found["status"] in FINAL and not found["retry_pending"]:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def test_a_run_that_fails_is_tried_again_under_its_id(served: Served) -> None:
    with web_server() as web:
        left = iter([Answer(b"busy", status=404)])
        web.answers["/ask"] = lambda _: next(left, Answer(b"{}"))
        policy = {"max_retries": 1, "delay_seconds": 1, "retry_on": [{"status": "failed"}]}
        wpid = _created(served, web.url, policy)
        run = served.post("/v1/run/workflows", json={"workflow_id": wpid, "parameters": {}})
        ended = _after_all_attempts(served, str(run["run_id"]))
    assert (ended["attempt"], ended["retry_pending"]) == (2, False)
    assert [each["status"] for each in ended["attempts"]] == ["failed", "completed"]


@pytest.mark.long
def test_a_run_that_waits_for_another_attempt_can_be_canceled(served: Served) -> None:
    with web_server() as web:
        policy = {"delay_seconds": 3600, "retry_on": [{"status": "failed"}]}
        wpid = _created(served, web.url, policy)
        run = served.post("/v1/run/workflows", json={"workflow_id": wpid, "parameters": {}})
        run_id = str(run["run_id"])
        failed = served.wait(run_id, until=("failed",))
        assert failed["retry_pending"] is True
        assert failed["next_attempt_at"] is not None
        served.post(f"/v1/runs/{run_id}/cancel")
        assert served.get(f"/v1/runs/{run_id}")["retry_pending"] is False
        assert served.client.post(f"/v1/runs/{run_id}/cancel").status_code == 409


@pytest.fixture
def profile_id(served: Served) -> str:
    store = ArtifactStoreResource(base_path=str(served.home / "artifacts")).store()
    made = BrowserProfiles(store, server_secret()).create(DEFAULT_ORGANIZATION_ID, "mine", "{}")
    return made.browser_profile_id


def test_profiles_are_listed_renamed_and_deleted(served: Served, profile_id: str) -> None:
    path = f"/v1/browser_profiles/{profile_id}"
    shown = served.get(path)
    assert (shown["name"], shown["is_managed"]) == ("mine", False)
    assert "state" not in shown
    assert profile_id in [each["browser_profile_id"] for each in served.get("/v1/browser_profiles")]
    changed = served.client.patch(path, json={"name": "yours"}).json()
    assert changed["name"] == "yours"
    note = {"name": "Shop", "description": "Logs in with the password Zebra-77-Kazoo."}
    told = served.client.patch(path, json=note).json()
    assert told["description"] == "Logs in with the password *****."
    assert served.client.delete(path).status_code == 200
    assert served.client.get(path).status_code == 404
    refused = served.client.post("/v1/browser_profiles", json={"name": "x"})
    assert (refused.status_code, "workflow_run_id" in refused.text) == (400, True)
    asked = {"prompt": "x", "url": "http://a.example", "browser_profile_id": profile_id}
    assert served.client.post("/v1/run/tasks", json=asked).status_code == 404
