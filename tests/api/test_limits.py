"""What a server holds its clients to, and what it writes down about them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.deployment.deployment import service_environment
from tests.api.served import Served, second_shim


def lines(served: Served) -> list[dict[str, Any]]:
    """The access log, as ``serve`` keeps it."""
    text = (served.home / "logs" / "api.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def line(served: Served, path: str, run_id: str | None = None) -> dict[str, Any]:
    """The newest line of a path (and run); it is written after the answer."""
    deadline = time.monotonic() + 10
    while True:
        found = [each for each in lines(served) if each["path"] == path]
        found = [each for each in found if run_id in (None, each.get("run_id"))]
        if found:
            return found[-1]
        assert time.monotonic() < deadline, f"no line about {path}"
        time.sleep(0.05)


def test_each_request_has_a_line_that_says_whose_it_was(served: Served) -> None:
    body = {
        "url": served.demo.shop_url,
        "navigation_goal": "Look",
        "title": "a-private-title",
    }
    run_id = served.post("/api/v1/tasks", json=body)["task_id"]
    started = line(served, "/api/v1/tasks", run_id)
    assert (started["method"], started["status"]) == ("POST", 200)
    assert started["organization_id"].startswith("o_")
    assert started["api_key_id"].startswith("oat_")
    assert started["ms"] > 0
    served.wait(run_id)
    asked = line(served, f"/v1/runs/{run_id}")
    assert (asked["run_id"], asked["status"]) == (run_id, 200)


def test_the_access_log_holds_no_key_no_query_and_no_body(served: Served) -> None:
    sent = served.post("/v1/upload_file", files={"file": ("kept.txt", b"a-private-content")})
    signature = sent["presigned_url"].rpartition("signature=")[2]
    assert served.client.get(sent["presigned_url"]).status_code == 200
    path = f"/files/{line(served, '/v1/upload_file')['organization_id']}/{sent['file_id']}/kept.txt"
    assert line(served, path)["status"] == 200
    text = (served.home / "logs" / "api.log").read_text(encoding="utf-8")
    for secret in (served.key, signature, "a-private-content"):
        assert secret not in text


def test_refused_requests_have_lines_too(served: Served) -> None:
    path = "/v1/runs/wr_1234567890"
    assert served.client.get(path, headers={"x-api-key": "nonsense"}).status_code == 403
    refused = line(served, path)
    assert refused["status"] == 403
    assert "organization_id" not in refused


def test_too_many_requests_of_a_key(served: Served) -> None:
    with second_shim(served, rate_limit="3/minute") as client:
        for _ in range(3):
            assert client.get("/v1/runs").status_code == 200
        refused = client.get("/v1/runs")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert "3 per 1 minute" in refused.json()["detail"]
        # Not one of the key's requests, so that it can still be told from a server that is down.
        assert client.get("/api/v1/heartbeat").status_code == 200


def test_a_strict_server(served: Served) -> None:
    task = {"url": served.demo.shop_url, "navigation_goal": "Look"}
    strict = {"max_concurrent_runs": "1", "max_body_bytes": "2000", "metrics": "false"}
    with second_shim(served, **strict) as client:
        large = client.post("/v1/run/tasks", content=b" " * 3000)
        assert (large.status_code, "2000 bytes" in large.json()["detail"]) == (413, True)
        untold = client.post("/v1/run/tasks", content=(b" " * 1000 for _ in range(3)))
        assert (untold.status_code, untold.json()) == (413, large.json())
        assert client.get("/metrics").status_code == 404
        first = client.post("/api/v1/tasks", json=task)
        assert first.status_code == 200
        refused = client.post("/api/v1/tasks", json=task)
        assert refused.status_code == 429
        assert "limit 1" in refused.json()["detail"]
        served.wait(first.json()["task_id"])
        again = client.post("/api/v1/tasks", json=task)
        assert again.status_code == 200
        served.wait(again.json()["task_id"])


@pytest.mark.parametrize(
    "name", ["skyvern_api_requests_total", "skyvern_api_request_seconds_bucket",
             "skyvern_runs_unfinished", "skyvern_webhooks_pending"],
)  # fmt: skip
def test_metrics_are_prometheus_s(served: Served, name: str) -> None:
    served.get("/v1/runs")
    text = served.client.get("/metrics", headers={"x-api-key": ""}).text
    found = [each for each in text.splitlines() if each.startswith(name)]
    assert found
    assert all(float(each.rpartition(" ")[2]) >= 0 for each in found)
    if name == "skyvern_api_requests_total":
        assert any('route="/v1/runs"' in each for each in found)


def test_pages_are_held_to_what_holds_for_tasks(served: Served) -> None:
    # The fixture lets tasks begin at private addresses, so the runs' browsers may open them.
    assert len(served.up.services) >= 3
    for service in served.up.services:
        environment = Path(f"/proc/{service.process.pid}/environ").read_bytes().split(b"\0")
        assert b"SKYVERN_BROWSER_ALLOW_PRIVATE=true" in environment, service.name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "false"),
        ({"SKYVERN_API_ALLOW_PRIVATE_URLS": "true"}, "true"),
        ({"SKYVERN_API_ALLOW_PRIVATE_URLS": "true", "SKYVERN_BROWSER_ALLOW_PRIVATE": "0"}, "0"),
    ],
)
def test_runs_under_serve_open_private_addresses_only_where_asked(
    given: dict[str, str], expected: str
) -> None:
    assert service_environment(Path("/home"), given)["SKYVERN_BROWSER_ALLOW_PRIVATE"] == expected
