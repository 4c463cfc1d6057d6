"""More than a server can take at once: refused, not lost, and not made twice."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.api.served import FINAL, SLOW, Served, make_key, second_shim

LIMIT = 6
ORGANIZATION = "o_4711"


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx2.Client]:
    """Of an organization of its own, at a server with a low limit."""
    key = make_key(served.home, ORGANIZATION)
    with second_shim(served, max_concurrent_runs=str(LIMIT)) as client:
        client.headers["x-api-key"] = key
        yield client


def task(served: Served) -> dict[str, Any]:
    look = "Look at the page"
    return {"url": served.demo.shop_url, "navigation_goal": look, "prompt": look}


def runs(client: httpx2.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/runs", params={"page_size": 100}).json()
    return found


def cancel_all(client: httpx2.Client) -> float:
    """Cancels all runs; says how long it took to be answered."""
    if not runs(client):
        return 0.0
    ids = [each.get("run_id") or each.get("workflow_run_id") for each in runs(client)]
    started = time.monotonic()
    answer = client.post("/v1/runs/cancel", json={"run_ids": ids})
    assert answer.status_code == 200, answer.text
    seconds = time.monotonic() - started
    deadline = time.monotonic() + 60
    while any(each["status"] in ("queued", "running", "created") for each in runs(client)):
        assert time.monotonic() < deadline, runs(client)
        time.sleep(0.3)
    return seconds


def test_the_limit_of_unfinished_runs_is_exact(client: httpx2.Client, served: Served) -> None:
    body = task(served)
    answers: set[tuple[int, str]] = set()

    def start(_: int) -> tuple[int, float, str]:
        began = time.monotonic()
        answer = client.post("/v1/run/tasks", json=body, timeout=60)
        answers.add((answer.status_code, answer.text[:200] if answer.status_code != 200 else ""))
        return answer.status_code, time.monotonic() - began, answer.headers.get("retry-after", "")

    try:
        with ThreadPoolExecutor(40) as pool:
            seen = list(pool.map(start, range(200)))
        statuses = Counter(status for status, _, _ in seen)
        assert set(statuses) == {200, 429}, answers
        # On a busy machine, some end meanwhile, and make room.
        unfinished = [each for each in runs(client) if each["status"] not in FINAL]
        assert len(unfinished) <= LIMIT
        assert LIMIT <= statuses[200] == len(runs(client))
        assert statuses[200] - LIMIT <= statuses[200] - len(unfinished)
        assert all(wait for status, _, wait in seen if status == 429)
        assert max(seconds for _, seconds, _ in seen) < 45
    finally:
        assert cancel_all(client) < 10
    assert "canceled" in {each["status"] for each in runs(client)}


def creations(served: Served) -> dict[str, dict[str, Any]]:
    """Every POST that creates something, by its path."""
    workflow = SLOW
    return {
        "/v1/run/tasks": {"json": task(served)},
        "/api/v1/tasks": {"json": task(served)},
        "/api/v1/workflows": {"content": workflow, "headers": {"content-type": "text/plain"}},
        "/v1/workflows": {"json": {"yaml_definition": workflow}},
        "/v1/agents": {"json": {"yaml_definition": workflow}},
        "/v1/workflows/{wpid}": {"json": {"yaml_definition": workflow}},
        "/v1/run/workflows": {
            "json": {"workflow_id": "{wpid}", "parameters": {"website_url": "{url}"}}
        },
        "/v1/run/agents": {
            "json": {"agent_id": "{wpid}", "parameters": {"website_url": "{url}"}}
        },
        "/api/v1/workflows/{wpid}/run": {"json": {"data": {"website_url": "{url}"}}},
        "/v1/workflows/{wpid}/schedules": {
            "json": {"cron_expression": "0 6 1 1 *", "timezone": "UTC", "name": "yearly",
                     "parameters": {"website_url": "{url}"}}
        },
        "/v1/credentials": {
            "json": {"name": "login", "credential_type": "password",
                     "credential": {"username": "dana", "password": "Zebra-Over-1"}}
        },
        "/api/v1/totp": {"json": {"totp_identifier": "dana", "content": "Your code is 472913"}},
        "/v1/upload_file": {"files": {"file": ("a.txt", b"content")}},
    }  # fmt: skip


def test_a_repeated_request_creates_nothing(client: httpx2.Client, served: Served) -> None:
    wpid = client.post("/v1/workflows", json={"yaml_definition": SLOW}).json()[
        "workflow_permanent_id"
    ]
    store = served.store
    gone = f"{os.uname().nodename}:1:0"
    try:
        for number, (path, options) in enumerate(creations(served).items()):
            told = json.loads(
                json.dumps({key: value for key, value in options.items() if key == "json"})
                .replace("{wpid}", wpid).replace("{url}", served.demo.shop_url)
            )  # fmt: skip
            asked = {**options, **told}
            headers = {**asked.pop("headers", {}), "Idempotency-Key": f"once-{number}"}
            address = path.replace("{wpid}", wpid)

            def ask(address: str = address, asked: Any = asked, headers: Any = headers) -> Any:
                return client.post(address, headers=headers, timeout=60, **asked)

            with ThreadPoolExecutor(3) as pool:
                answers = [each.result() for each in [pool.submit(ask) for _ in range(3)]]
            assert [each.status_code for each in answers] == [200] * 3, (path, answers[0].text)
            assert len({each.text for each in answers}) == 1, path
            replayed = [each.headers.get("idempotent-replayed") for each in answers]
            assert sorted(map(str, replayed)) == ["None", "true", "true"], path
            # As if the server had died before it could answer: what it had made is found again.
            for key in store.keys(f"organizations/{ORGANIZATION}/idempotency"):
                kept = store.read_json(key)
                store.write_json(key, {**kept, "status": None, "process": gone})
            before = set(store.keys(f"organizations/{ORGANIZATION}"))
            count = len(runs(client))
            again = ask()
            assert again.status_code == 200, (path, again.text)
            assert ids(again.json()) == ids(answers[0].json()), path
            assert len(runs(client)) == count, path
            if "/run" in path or "/tasks" in path:
                cancel_all(client)
            assert set(store.keys(f"organizations/{ORGANIZATION}")) == before, path
    finally:
        cancel_all(client)


def ids(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key.endswith("_id")}


def test_a_key_is_for_one_request(client: httpx2.Client, served: Served) -> None:
    key = {"Idempotency-Key": "for one"}
    body = {
        "name": "a",
        "credential_type": "secret",
        "credential": {"secret_value": "Zebra-Over-2"},
    }
    first = client.post("/v1/credentials", headers=key, json=body)
    assert first.status_code == 200, first.text
    other = client.post("/v1/credentials", headers=key, json={**body, "name": "b"})
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    # Of another organization, it is another key.
    theirs = served.client.post("/v1/credentials", headers=key, json=body)
    assert theirs.json()["credential_id"] != first.json()["credential_id"]
    # What was refused may be put right under the same key.
    key = {"Idempotency-Key": "put right"}
    assert client.post("/v1/credentials", headers=key, json={"name": "a"}).status_code == 422
    assert client.post("/v1/credentials", headers=key, json=body).status_code == 200
    assert (
        client.post(
            "/v1/credentials", headers={"Idempotency-Key": "k" * 300}, json=body
        ).status_code
        == 422
    )


def test_half_a_character_is_refused_wherever_it_stands(client: httpx2.Client) -> None:
    bodies = [b'{"url": "https://x.example", "navigation_payload": {"a": ["\\ud800"]}}',
              b'{"\\udfff": 1, "url": "https://x.example", "parameters": {"a": "b"}}',
              b'{"url": "https://x.example/\xed\xa0\x80", "title": "t"}']  # fmt: skip
    paths = client.get("/openapi.json").json()["paths"]
    posts = [path for path, methods in paths.items() if "post" in methods]
    assert len(posts) > 15
    for path in posts:
        for body in bodies:
            kind = {"content-type": "application/json"}
            answer = client.post(path.replace("{", "").replace("}", ""), content=body, headers=kind)
            assert answer.status_code == 422, (path, answer.status_code, answer.text)
    whole = {
        "name": "😀",
        "credential_type": "secret",
        "credential": {"secret_value": "Zebra-Over-3"},
    }
    kind = {"content-type": "application/json"}
    escaped = json.dumps(whole)  # a pair of halves, which is a character
    assert client.post("/v1/credentials", content=escaped, headers=kind).status_code == 200


@pytest.mark.parametrize("body", ["[" * 5000 + "]" * 5000, "[" + "1," * 300_000 + "1]"])
def test_json_that_is_there_to_keep_a_server_busy(client: httpx2.Client, body: str) -> None:
    for path in ("/v1/workflows", "/v1/run/tasks"):
        text = f'{{"url": "https://x.example", "json_definition": {{"a": {body}}}, "x": {body}}}'
        kind = {"content-type": "application/json"}
        answer = client.post(path, content=text, headers=kind)
        assert answer.status_code == 422, answer.text[:300]


def test_definitions_without_end_do_not_stop_the_routes(client: httpx2.Client) -> None:
    lists = "[" + "a," * 400_000 + "]"
    kind = {"content-type": "text/plain"}
    with ThreadPoolExecutor(45) as pool:
        asked = [
            pool.submit(client.post, "/api/v1/workflows", content=lists, headers=kind, timeout=120)
            for _ in range(45)
        ]
        waits = []
        while not all(each.done() for each in asked):
            began = time.monotonic()
            assert client.get("/v1/runs", timeout=30).status_code == 200
            waits.append(time.monotonic() - began)
        assert {each.result().status_code for each in asked} <= {422, 429}
    assert max(waits) < 10
