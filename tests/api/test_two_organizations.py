"""Two organizations: whatever one of them has, no route gives to the other or lets it change."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from skyvern_dagster.artifacts.run_artifact import artifact_id, artifact_of
from skyvern_dagster.ids import new_id
from skyvern_dagster_api.app import create_app
from skyvern_dagster_api.settings import Settings
from tests.api.served import FINAL, Served, make_key

MARK = "Pangolin-Ledger"
"""Stands in everything that the owner has made; no answer to anybody else may hold it."""

WORKFLOW = f"""\
title: {MARK}
workflow_definition:
  parameters:
  - {{parameter_type: workflow, key: website_url, workflow_parameter_type: string}}
  blocks:
  - {{block_type: goto_url, label: enter, url: "{{{{ website_url }}}}"}}
  - {{block_type: task, label: look, url: website_url, data_extraction_goal: The heading}}
"""

EVERYBODYS = {
    "/api/v1/heartbeat",
    "/v1/version",
    "/metrics",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/api/v1/webhook",
}
"""Routes that need no key and know no organization."""


@dataclass(frozen=True)
class Owner:
    """An organization with something of every kind.

    Attributes:
        ids: Name of a path parameter -> the owner's.
    """

    client: httpx2.Client
    organization_id: str
    ids: dict[str, str]


def routes() -> list[tuple[str, str]]:
    """Method and path of every route of the application, hidden ones included."""
    found: set[tuple[str, str]] = set()
    for included in create_app(Settings()).routes:
        contexts = getattr(included, "effective_route_contexts", None)
        for context in contexts() if contexts is not None else ():
            found |= {(method, context.path.rstrip("/")) for method in context.methods}
    assert len(found) > 70
    return sorted(found)


ROUTES = [each for each in routes() if each[1] not in EVERYBODYS]

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/run/workflows"): {"workflow_id": "{workflow_permanent_id}", "parameters": {}},
    ("POST", "/v1/run/agents"): {"agent_id": "{workflow_permanent_id}", "parameters": {}},
    ("POST", "/v1/run/tasks/login"): {
        "credential_type": "skyvern",
        "credential_id": "{credential_id}",
        "url": "https://shop.example",
    },
    ("POST", "/v1/runs/cancel"): {"run_ids": ["{run_id}", "{task_id}"]},
    ("POST", "/api/v1/generate/task"): {"prompt": "Read https://shop.example"},
    ("PUT", "/api/v1/organizations"): {"organization_name": "Mine"},
    ("POST", "/v1/credentials"): {
        "name": "Mine",
        "credential_type": "secret",
        "credential": {"secret_value": "mine-only"},
    },
    ("POST", "/v1/browser_profiles"): {"name": "Mine", "workflow_run_id": "{run_id}"},
    ("PATCH", "/v1/browser_profiles/{profile_id}"): {"name": "Mine"},
    ("POST", "/v1/credentials/{credential_id}/update"): {
        "name": "Mine",
        "credential_type": "secret",
        "credential": {"secret_value": "mine-only"},
    },
    **{
        ("POST", path): {"totp_identifier": MARK, "content": "111222"}
        for path in ("/api/v1/totp", "/v1/credentials/totp")
    },
    **{
        ("POST", f"/v1/{name}/{{workflow_permanent_id}}"): {"yaml_definition": WORKFLOW}
        for name in ("workflows", "agents")
    },
    **{
        (method, f"/v1/{name}/{{workflow_permanent_id}}/schedules{rest}"): {
            "cron_expression": "0 6 1 1 *",
            "timezone": "UTC",
            "parameters": {"website_url": "https://shop.example"},
        }
        for name in ("workflows", "agents")
        for method, rest in (("POST", ""), ("PUT", "/{workflow_schedule_id}"))
    },
}
"""What is sent to routes that take more than a path: the owner's ids in every place for an id."""

OWN_ONLY = {
    ("POST", "/api/v1/tasks"): "takes no id: tests/api/test_secret_references.py",
    ("POST", "/v1/run/tasks"): "takes no id: tests/api/test_secret_references.py",
    ("POST", "/v1/run/tasks/download_files"): "takes no id",
    ("POST", "/api/v1/workflows"): "makes something of the caller's own",
    ("POST", "/v1/workflows"): "makes something of the caller's own",
    ("POST", "/v1/agents"): "makes something of the caller's own",
    ("POST", "/api/v1/upload_file"): "makes something of the caller's own",
    ("POST", "/v1/upload_file"): "makes something of the caller's own",
}
"""Routes by which nothing of anybody can be named."""


@pytest.fixture(scope="module")
def owner(served: Served) -> Iterator[Owner]:
    """Another organization than that of ``served.client``, with one of everything."""
    organization_id = new_id("o")
    key = make_key(served.home, organization_id)
    with httpx2.Client(base_url=served.up.url, headers={"x-api-key": key}, timeout=60) as client:
        workflow = _made(client, "/v1/workflows", {"yaml_definition": WORKFLOW})
        wpid = workflow["workflow_permanent_id"]
        task = _made(
            client,
            "/v1/run/tasks",
            {"url": served.demo.shop_url, "title": MARK, "prompt": "Read the heading",
             "data_extraction_schema": {"type": "object", "properties": {"heading": {}}}},
        )  # fmt: skip
        run = _made(
            client,
            "/v1/run/workflows",
            {
                "workflow_id": wpid,
                "title": MARK,
                "parameters": {"website_url": f"{served.demo.shop_url}/?of={MARK}"},
            },
        )
        schedule = _made(
            client,
            f"/v1/workflows/{wpid}/schedules",
            {
                "cron_expression": "0 6 1 1 *",
                "timezone": "UTC",
                "name": MARK,
                "parameters": {"website_url": "https://shop.example"},
            },
        )["schedule"]
        credential = _made(
            client,
            "/v1/credentials",
            {
                "name": MARK,
                "credential_type": "password",
                "credential": {"username": MARK, "password": f"{MARK}-77"},
            },
        )
        uploaded = client.post("/v1/upload_file", files={"file": (f"{MARK}.txt", b"mine")}).json()
        for run_id in (run["run_id"], task["run_id"]):
            _wait(client, run_id)
        artifacts = client.get(f"/v1/runs/{run['run_id']}/artifacts").json()
        profile = _made(
            client,
            "/v1/browser_profiles",
            {"name": MARK, "workflow_run_id": run["run_id"]},
        )
        steps = client.get(f"/api/v1/tasks/{task['run_id']}/steps").json()
        ids = {
            "workflow_permanent_id": wpid,
            "workflow_run_id": run["run_id"],
            "run_id": run["run_id"],
            "task_id": task["run_id"],
            "step_id": steps[0]["step_id"],
            "workflow_schedule_id": schedule["workflow_schedule_id"],
            "credential_id": credential["credential_id"],
            "profile_id": profile["browser_profile_id"],
            "file_id": uploaded["file_id"],
            "artifact_id": artifacts[0]["artifact_id"],
            "organization_id": organization_id,
            "filename": f"{MARK}.txt",
        }
        yield Owner(client, organization_id, ids)


def _made(client: httpx2.Client, path: str, body: dict[str, Any]) -> Any:
    response = client.post(path, json=body)
    assert response.is_success, response.text
    return response.json()


def _wait(client: httpx2.Client, run_id: str) -> None:
    deadline = time.monotonic() + 120
    while client.get(f"/v1/runs/{run_id}").json()["status"] not in FINAL:
        assert time.monotonic() < deadline
        time.sleep(0.3)


def _filled(value: Any, ids: dict[str, str]) -> Any:
    match value:
        case str():
            return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], found[0]), value)
        case dict():
            return {name: _filled(each, ids) for name, each in value.items()}
        case list():
            return [_filled(each, ids) for each in value]
        case _:
            return value


SIGNED = ("/artifacts/", "/files/", "/interactions/")
"""Routes that take a link's signature in place of a key."""


def _ask(client: httpx2.Client, method: str, path: str, ids: dict[str, str]) -> httpx2.Response:
    options: dict[str, Any] = {}
    if method in ("POST", "PUT", "PATCH"):
        options = {"json": _filled(BODIES.get((method, path), {}), ids)}
        if method == "PUT" and path.startswith("/api/v1/workflows/"):
            options = {"content": WORKFLOW.encode()}
    if path.startswith(SIGNED):
        options["params"] = {"expires": str(2**40), "signature": "0" * 64}
    if (method, path.partition("{")[0]) == ("POST", "/interactions/"):
        options = {**options, "data": {"approved": "true"}}
        del options["json"]
    return client.request(method, _filled(path, ids), follow_redirects=False, **options)


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=str)
def test_nothing_of_the_owner(served: Served, owner: Owner, method: str, path: str) -> None:
    """Every route, with the owner's ids wherever it takes one; a new route needs a case."""
    if (method, path) in OWN_ONLY:
        assert "{" not in path
        return
    names = re.findall(r"\{(\w+)\}", path)
    assert set(names) <= set(owner.ids), f"say what the owner's {names} are"
    needs_body = method in ("POST", "PUT") and not names
    assert not needs_body or (method, path) in BODIES, f"say what is sent to {method} {path}"

    response = _ask(served.client, method, path, owner.ids)

    if names or path.startswith("/v1/run/") or (method, path) == ("POST", "/v1/browser_profiles"):
        assert response.status_code in (403, 404), f"{response.status_code} {response.text}"
    text = response.text.replace(_told(response, method, path), "")
    for found in (MARK, owner.organization_id):
        assert found not in text or _repeats(found, method, path, owner), text
    if method == "GET" and not names:
        listed = [each for name, each in owner.ids.items() if name != "filename"]
        assert not [each for each in listed if each in text], text
    if path == "/v1/runs/cancel":
        assert response.json()["cancelled"] == []


def _told(response: httpx2.Response, method: str, path: str) -> str:
    """A refusal may repeat the id that was asked for."""
    del method, path
    if response.is_success:
        return "\0"
    return str(response.json().get("detail", "\0"))


def _repeats(found: str, method: str, path: str, owner: Owner) -> bool:
    """What the caller itself has sent under its own organization comes back to it."""
    del owner
    return method == "POST" and path.endswith("/totp") and found == MARK


def test_everything_of_the_owner_is_still_there(served: Served, owner: Owner) -> None:
    """The same questions from the owner: the matrix asks for what exists, and changed nothing."""
    del served
    asked = 0
    for method, path in ROUTES:
        if method == "GET" and "{" in path and not path.startswith(SIGNED):
            response = _ask(owner.client, method, path, owner.ids)
            assert response.is_success, f"{path}: {response.status_code} {response.text}"
            asked += 1
    assert asked >= 20
    assert owner.client.get("/v1/credentials").json()[0]["name"] == MARK
    versions = owner.client.get(
        f"/v1/workflows/{owner.ids['workflow_permanent_id']}/versions"
    ).json()
    assert [each["version"] for each in versions] == [1]


def test_an_artifact_through_a_run_of_ones_own(served: Served, owner: Owner) -> None:
    """An artifact's id is made of its key: one that leads out of the own run is none."""
    artifact = artifact_of(owner.ids["artifact_id"])
    own = served.post(
        "/v1/run/tasks", json={"url": served.demo.shop_url, "prompt": "Read the heading"}
    )["run_id"]
    served.wait(own)
    for key in (
        artifact.key.replace("runs/", f"runs/{own}/../", 1),
        f"runs/{own}/../../organizations/{owner.organization_id}/files/x",
        f"runs/{own}/secrets.sealed",
    ):
        forged = artifact_id(key)
        for path in (f"/v1/artifacts/{forged}", f"/v1/artifacts/{forged}/content"):
            assert served.client.get(path).status_code in (403, 404), key
