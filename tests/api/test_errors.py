"""Refusals: each with the status of the contract, and a detail that says what to do."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import httpx2
import pytest

from skyvern_dagster.ids import stable_id
from tests.api.served import INVOICES_ID, Served, make_key

UNKNOWN_RUN = "wr_599891503905847296"


def detail(response: httpx2.Response) -> str:
    return str(response.json()["detail"])


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "Invalid credentials"),
        ({"x-api-key": ""}, "Invalid credentials"),
        ({"x-api-key": "nonsense"}, "Could not validate credentials"),
        ({"authorization": "Bearer nonsense"}, "Could not validate credentials"),
        ({"authorization": "Basic nonsense"}, "Invalid credentials"),
    ],
)
def test_without_a_key_everything_is_forbidden(
    served: Served, headers: dict[str, str], said: str
) -> None:
    for path in ("/api/v1/tasks", "/v1/runs", "/v1/workflows/", f"/v1/runs/{UNKNOWN_RUN}"):
        response = httpx2.get(f"{served.up.url}{path}", headers=headers)
        assert (response.status_code, detail(response)) == (403, said)


def test_a_bearer_token_and_pasted_forms_are_the_same_key(served: Served) -> None:
    for headers in (
        {"authorization": f"Bearer {served.key}"},
        {"x-api-key": f"Bearer {served.key}"},
        {"x-api-key": f'"{served.key}"'},
    ):
        assert httpx2.get(f"{served.up.url}/v1/runs", headers=headers).status_code == 200


def test_a_revoked_key_is_refused_at_once(served: Served) -> None:
    key = make_key(served.home)
    headers = {"x-api-key": key}
    assert httpx2.get(f"{served.up.url}/v1/runs", headers=headers).status_code == 200
    listed = served.get(f"/api/v1/organizations/{_organization(served)}/apikeys")["api_keys"]
    newest = max(listed, key=lambda each: str(each["created_at"]))["id"]
    command = [sys.executable, "-m", "skyvern_dagster.cli.app", "keys", "revoke", newest]
    subprocess.run(command, check=True, capture_output=True)
    time.sleep(1.1)  # what a process remembers of a key
    refused = httpx2.get(f"{served.up.url}/v1/runs", headers=headers)
    assert refused.status_code == 403
    assert "revoked" in detail(refused)


def _organization(served: Served) -> str:
    return str(served.get("/api/v1/organizations")["organizations"][0]["organization_id"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", f"/v1/runs/{UNKNOWN_RUN}", None, 404, f"Run not found {UNKNOWN_RUN}"),
        ("GET", "/api/v1/tasks/tsk_1", None, 404, "Task not found tsk_1"),
        ("GET", f"/api/v1/workflows/runs/{UNKNOWN_RUN}", None, 404, "Run not found"),
        ("GET", "/v1/workflows/wpid_1", None, 404, "workflow_permanent_id=wpid_1"),
        ("GET", "/v1/workflows/..%2f..", None, 404, ""),
        ("GET", f"/v1/workflows/{INVOICES_ID}?version=99", None, 404, "version=99"),
        ("POST", f"/v1/runs/{UNKNOWN_RUN}/cancel", None, 404, "Run not found"),
        ("GET", "/v1/artifacts/a_nonsense/content", None, 404, "Artifact not found"),
        ("POST", "/v1/run/workflows", {}, 422, "workflow_id"),
        ("POST", "/v1/run/tasks", {"prompt": "x"}, 400, "url"),
        ("POST", "/v1/run/tasks", {"prompt": "x", "url": "ftp://a"}, 422, "http"),
        ("POST", "/v1/run/tasks/login", {"credential_type": "skyvern", "credential_id": "cred_1",
                                         "url": "http://a.example"}, 404, "cred_1"),
        ("POST", "/v1/run/tasks/login", {"credential_type": "1password", "url": "http://a.example"},
         400, "onepassword_vault_id: a login of the type 1password needs it"),
        ("POST", "/v1/run/tasks/login", {"credential_type": "skyvern"}, 400, "url: "),
        ("POST", "/v1/run/tasks/login", {"credential_type": "x"}, 422, "credential_type"),
        ("POST", "/v1/run/tasks/download_files", {"navigation_goal": "x", "url": ""}, 400, "url: "),
        ("POST", "/v1/run/tasks/download_files", {"url": "http://a.example"}, 422,
         "navigation_goal"),
        ("POST", "/api/v1/tasks", {"url": "file:///etc/passwd"}, 422, "http"),
        ("POST", "/v1/run/tasks", {"prompt": "x", "url": "http://a.example",
                                   "browser_session_id": "pbs_1"}, 400, "browser sessions"),
        ("POST", f"/api/v1/workflows/{INVOICES_ID}/run", {"data": {}}, 400, "website_url"),
        ("POST", f"/api/v1/workflows/{INVOICES_ID}/run",
         {"data": {"website_url": {"env": "AWS_SECRET_ACCESS_KEY"}}}, 400, "environment variable"),
        ("POST", "/v1/run/workflows",
         {"workflow_id": INVOICES_ID, "parameters": {"x": [{"y": {"env": "HOME"}}]}}, 400, "env"),
        ("GET", "/v1/runs?page=0", None, 422, "page"),
        ("GET", "/api/v1/workflows?only_saved_tasks=1&only_workflows=1", None, 400, "exclude"),
        ("GET", "/api/v1/nothing", None, 404, "Not Found"),
    ],
)  # fmt: skip
def test_refusals(
    served: Served, method: str, path: str, body: Any, status: int, said: str
) -> None:
    response = served.client.request(method, path, json=body)
    assert response.status_code == status, response.text
    assert said in detail(response)


def test_all_findings_of_a_definition_come_with_their_places(served: Served) -> None:
    text = (
        "title: Broken\nworkflow_definition:\n  parameters: []\n  blocks:\n"
        "  - block_type: task\n    label: one\n    url: https://a.example\n    maxsteps: 3\n"
        "  - block_type: dance\n    label: two\n"
    )
    response = served.client.post("/api/v1/workflows", content=text)
    assert response.status_code == 422
    found = {(each["line"], each["column"]): each["msg"] for each in response.json()["detail"]}
    assert {line for line, _ in found} == {8, 9}
    assert "maxsteps" in str(found)
    assert "dance" in str(found)


def test_a_password_is_never_echoed(served: Served) -> None:
    body = {"name": "x", "credential_type": "password", "credential": {"password": "hunter2-long"}}
    for path in ("/v1/credentials", "/api/v1/tasks"):
        response = served.client.post(path, json=body)
        assert response.status_code == 422
        assert "hunter2-long" not in response.text


def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    response = served.client.post("/api/v1/workflows", content=b"x" * 11_000_000)
    assert response.status_code == 413
    assert "10485760" in detail(response)


def test_one_organization_never_sees_another_ones(served: Served) -> None:
    other = stable_id("o", "another")
    theirs = {"x-api-key": make_key(served.home, other)}
    ours = served.post(
        "/v1/run/tasks",
        json={"prompt": "Look", "url": served.demo.shop_url, "max_steps": 1},
    )["run_id"]
    with httpx2.Client(base_url=served.up.url, headers=theirs, timeout=30) as client:
        assert client.get("/v1/runs").json() == []
        assert client.get("/v1/workflows").json() == []
        for method, path in (
            ("GET", f"/v1/runs/{ours}"),
            ("GET", f"/api/v1/tasks/{ours}"),
            ("GET", f"/v1/runs/{ours}/artifacts"),
            ("GET", f"/v1/runs/{ours}/timeline"),
            ("POST", f"/v1/runs/{ours}/cancel"),
            ("POST", f"/v1/runs/{ours}/retry_webhook"),
            ("GET", f"/v1/workflows/{INVOICES_ID}"),
            ("POST", f"/v1/workflows/{INVOICES_ID}/delete"),
        ):
            assert client.request(method, path).status_code == 404, path
        answer = client.post("/v1/runs/cancel", json={"run_ids": [ours]}).json()
        assert answer == {"cancelled": [], "failed": [ours]}
        served.wait(ours)
        artifact = served.get(f"/v1/runs/{ours}/artifacts")[0]
        for path in ("", "/content"):
            assert client.get(f"/v1/artifacts/{artifact['artifact_id']}{path}").status_code == 404


def test_signed_links_can_not_be_changed(served: Served) -> None:
    run_id = served.post(
        "/api/v1/tasks/", json={"url": served.demo.shop_url, "navigation_goal": None}
    )["task_id"]
    link = str(served.wait(run_id)["screenshot_url"])
    assert httpx2.get(link).status_code == 200
    part = httpx2.get(link, headers={"range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)
    expires = link.partition("expires=")[2].partition("&")[0]
    later = link.replace(f"expires={expires}", f"expires={int(expires) + 1}")
    earlier = link.replace(f"expires={expires}", "expires=1")
    for changed in (later, earlier, f"{link}x", link.replace("/a_", "/a_a"), link.split("?")[0]):
        assert httpx2.get(changed).status_code in (403, 404, 422), changed
