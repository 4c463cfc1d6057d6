"""Workflows over REST: versions, both generations, schedules, shapes of outputs, restarts."""

from __future__ import annotations

import time
from typing import Any

import jsonschema
import pytest

from skyvern_dagster.artifacts.run_request import read_request
from skyvern_dagster.runs.typed_outputs import TypedOutputs
from tests.api.served import INVOICES_ID, Served, second_shim

LOOK = """\
title: Look around
description: One page
webhook_callback_url:
workflow_definition:
  parameters:
  - parameter_type: workflow
    key: website_url
    workflow_parameter_type: string
  - parameter_type: workflow
    key: places
    workflow_parameter_type: json
    default_value: '["a", "b"]'
  blocks:
  - block_type: for_loop
    label: each_place
    loop_over_parameter_key: places
    loop_blocks:
    - block_type: task
      label: look
      url: website_url
      navigation_goal: Open the help page
"""


@pytest.fixture(scope="module")
def workflow(served: Served) -> dict[str, Any]:
    """A workflow that was created from YAML, as clients of 2024 do it."""
    response = served.client.post("/api/v1/workflows/", content=LOOK)
    assert response.status_code == 200, response.text
    return dict(response.json())


@pytest.fixture(scope="module")
def schedule(served: Served, workflow: dict[str, Any]) -> dict[str, Any]:
    """A schedule for each minute; made early, so that it comes due while other tests run."""
    path = f"/v1/agents/{workflow['workflow_permanent_id']}/schedules"
    given = {"website_url": served.demo.shop_url, "places": []}
    body = {"cron_expression": "* * * * *", "timezone": "Europe/Berlin", "parameters": given}
    return {**served.post(path, json=body), "path": path}


@pytest.fixture(scope="module")
def run(served: Served, workflow: dict[str, Any]) -> dict[str, Any]:
    """A finished run of it, started before any code location can have compiled it."""
    wpid = workflow["workflow_permanent_id"]
    body = {"workflow_id": wpid, "parameters": {"website_url": served.demo.shop_url}}
    started = served.post("/v1/run/workflows", json=body)
    assert started["run_type"] == "workflow_run"
    return dict(served.wait(started["run_id"]))


def test_it_ran_at_once_and_is_compiled_later(
    served: Served, workflow: dict[str, Any], run: dict[str, Any], schedule: dict[str, Any]
) -> None:
    assert len(schedule["next_runs"]) == 5
    assert run["status"] == "completed", run["failure_reason"]
    body = {"agent_id": workflow["workflow_permanent_id"], "parameters": None}
    body["parameters"] = {"website_url": served.demo.shop_url, "places": ["c"]}
    body |= {"title": "Once more", "max_elapsed_time_minutes": 30}
    started = served.post("/v1/run/agents/", json=body, headers={"x-max-steps-override": "7"})
    again = served.wait(started["run_id"])
    assert again["status"] == "completed"
    assert list(again["outputs"]) == list(run["outputs"]), "interpreted and compiled agree"
    retried = served.post(f"/v1/agents/runs/{again['run_id']}/retry")
    assert retried["retried_from_workflow_run_id"] == again["run_id"]
    assert served.wait(retried["run_id"])["parameters"]["places"] == ["c"]
    assert retried["run_request"]["title"] == "Once more"
    kept = read_request(served.store, retried["run_id"])
    assert kept is not None
    assert (kept.max_steps, kept.max_seconds) == (7, 1800)


def test_outputs_in_both_shapes(served: Served, run: dict[str, Any]) -> None:
    documented = run["outputs"]
    assert list(documented) == ["each_place_output", "look_output"]
    assert [each[0]["loop_value"] for each in documented["each_place_output"]] == ["a", "b"]
    path = f"/api/v1/workflows/runs/{run['run_id']}"
    typed = served.get(path, params={"outputs": "v2"})["outputs"]
    jsonschema.validate(typed, TypedOutputs.model_json_schema())
    assert list(typed) == ["each_place"]
    loop = typed["each_place"]
    assert (loop["block_type"], loop["status"]) == ("for_loop", "completed")
    assert [each["loop_value"] for each in loop["output"]] == ["a", "b"]
    inner = loop["output"][1]["blocks"]["look"]
    assert inner["output"]["status"] == "completed"
    assert served.get(path)["outputs"] == documented


def test_timeline_and_artifacts(served: Served, run: dict[str, Any]) -> None:
    loop = served.get(f"/v1/runs/{run['run_id']}/timeline")[0]
    assert loop["block"]["loop_values"] == ["a", "b"]
    assert [each["block"]["current_index"] for each in loop["children"]] == [0, 1]
    inside = loop["children"][0]["block"]
    assert inside["parent_workflow_run_block_id"] == loop["block"]["workflow_run_block_id"]
    pictures = served.get(
        f"/v1/runs/{run['run_id']}/artifacts", params={"artifact_type": "screenshot_action"}
    )
    assert {each["artifact_type"] for each in pictures} == {"screenshot_action"}
    content = served.client.get(f"/v1/artifacts/{pictures[0]['artifact_id']}/content")
    assert content.headers["content-type"] == "image/jpeg"
    assert served.get(f"/v1/artifacts/{pictures[0]['artifact_id']}")["run_id"] == run["run_id"]


def test_versions(served: Served, workflow: dict[str, Any]) -> None:
    wpid = workflow["workflow_permanent_id"]
    changed = served.client.put(f"/api/v1/workflows/{wpid}", content=LOOK.replace("around", "on"))
    assert changed.json()["version"] == 2
    assert changed.json()["title"] == "Look on"
    versions = served.get(f"/v1/workflows/{wpid}/versions")
    assert [each["version"] for each in versions] == [2, 1]
    assert served.get(f"/v1/agents/{wpid}", params={"version": 1})["title"] == "Look around"
    ids = [
        each["workflow_permanent_id"] for each in served.get("/v1/agents", params={"title": "look"})
    ]
    assert wpid in ids
    assert INVOICES_ID not in ids


def test_pages_of_runs(served: Served, run: dict[str, Any], workflow: dict[str, Any]) -> None:
    wpid = workflow["workflow_permanent_id"]
    everything = served.get(f"/v1/workflows/{wpid}/runs", params={"page_size": 50})
    ids = [each["workflow_run_id"] for each in everything]
    assert run["run_id"] == ids[-1]
    paged = [
        served.get(f"/api/v1/workflows/{wpid}/runs/", params={"page": page, "page_size": 1})
        for page in range(1, len(ids) + 2)
    ]
    assert [each["workflow_run_id"] for page in paged for each in page] == ids
    found = served.get("/v1/runs", params={"search_key": "look aro", "run_type": "workflow_run"})
    assert run["run_id"] in {each["run_id"] for each in found}
    done = served.get("/v1/workflows/runs", params={"status": ["completed"], "page_size": 100})
    assert run["run_id"] in {each["workflow_run_id"] for each in done}


def test_a_file_is_kept_and_given_back(served: Served) -> None:
    sent = served.post("/v1/upload_file", files={"file": ("../a b.txt", b"content")})
    opened = served.client.get(sent["presigned_url"], headers={"x-api-key": ""})
    assert opened.content == b"content"
    assert served.client.delete(f"/v1/files/{sent['file_id']}").status_code == 200
    assert served.client.get(sent["presigned_url"]).status_code == 404
    large = served.client.post("/api/v1/upload_file", files={"file": ("a", b"x" * 10_485_800)})
    assert large.status_code == 413


def test_a_restarted_api_and_a_second_one_say_the_same(served: Served, run: dict[str, Any]) -> None:
    path = f"/v1/runs/{run['run_id']}"
    with second_shim(served) as client:
        assert client.get(path).json() == served.get(path)
        body = {"url": served.demo.shop_url, "navigation_goal": "Look"}
        started = client.post("/api/v1/tasks", json=body).json()["task_id"]
        ending = served.wait(started)["status"]
        assert client.get(f"/v1/runs/{started}").json()["status"] == ending


@pytest.mark.long
def test_the_schedule_has_asked_for_runs(
    served: Served, workflow: dict[str, Any], schedule: dict[str, Any]
) -> None:
    path, wpid = schedule["path"], workflow["workflow_permanent_id"]
    for wrong in (
        {"cron_expression": "every day"},
        {"cron_expression": "* * * * *", "timezone": "Moon/Base"},
        {"cron_expression": "* * * * *", "parameters": {"unknown": 1}},
    ):
        assert served.client.post(path, json=wrong).status_code == 400
    deadline = time.monotonic() + 150
    while True:
        runs = served.get("/v1/runs", params={"workflow_permanent_id": wpid, "page_size": 50})
        if any(each["trigger_type"] == "scheduled" for each in runs):
            break
        assert time.monotonic() < deadline, "the schedule has asked for no run"
        time.sleep(2)
    own = f"{path}/{schedule['schedule']['workflow_schedule_id']}"
    assert served.post(f"{own}/disable")["next_runs"] == []
    assert served.get("/v1/schedules")["total_count"] == 1
    assert served.client.delete(own).json() == {"ok": True}
    assert served.get(path) == {"schedules": []}
