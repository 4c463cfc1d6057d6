"""What the REST shim costs, beside Dagster's own GraphQL answering the same question.

``python -m benchmarks.rest`` prints, for instances of several sizes: milliseconds for a run by its
id and for a page of ten runs, and requests a second over 32 connections; and then the seconds from
a ``POST`` until the browser asks for the page. ``--postgres URL`` measures on that server, too: it
needs dagster-postgres and an address with ``postgresql+psycopg2://`` (docs/rest.md says why).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import httpx2

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.deployment.deployment import Deployment, ServeOptions, deployment
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import begin_run
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.task_definition import task_workflow

_CONNECTIONS = 32

_PAUSE_SECONDS = 8
"""Between two requests: the next run's process is there by then (docs/running.md)."""

_BY_TAG = """query Run($tags: [ExecutionTag!], $limit: Int) {
  runsOrError(filter: {tags: $tags}, limit: $limit) {
    ... on Runs { results {
      runId status creationTime startTime endTime tags { key value } } } } }"""


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--postgres", default="", metavar="URL")
    parser.add_argument("--repeat", type=int, default=40)
    chosen = parser.parse_args()
    for storage in ("", chosen.postgres) if chosen.postgres else ("",):
        print(f"storage: {'PostgreSQL' if storage else 'SQLite'}; milliseconds, median of several")
        print(f"{'runs':>8}{'':26}{'REST':>10}{'GraphQL':>10}{'ratio':>8}")
        with served(storage) as (up, key, home):
            count = 0
            for size in sorted(chosen.runs):
                ids = add_runs(home, size - count)
                count = size
                measure(up, key, ids, size, chosen.repeat)
            first_action(up, key)
    return 0


@contextmanager
def served(postgres: str) -> Iterator[tuple[Deployment, str, Path]]:
    """A deployment in a home folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        settings = {
            "DAGSTER_HOME": str(home),
            "SKYVERN_API_RATE_LIMIT": "",
            "SKYVERN_API_MAX_CONCURRENT_RUNS": "0",
            "SKYVERN_API_ALLOW_PRIVATE_URLS": "true",
            "SKYVERN_PLANNER": "heuristic",
        }
        os.environ.update(settings)
        prepare_home()
        if postgres:
            with (home / "dagster.yaml").open("a", encoding="utf-8") as file:
                file.write(f"\nstorage:\n  postgres:\n    postgres_url: {postgres}\n")
        store = ArtifactStore(home / "artifacts")
        keys = ApiKeys(store, ServerSecret.load(home / SECRET_FILE))
        key = keys.create(DEFAULT_ORGANIZATION_ID, "benchmark")[0]
        with deployment(ServeOptions(port=0, dagster_port=0)) as up:
            yield up, key, home


def add_runs(home: Path, count: int) -> list[str]:
    """Finished runs with their records; the ids of the last hundred."""
    store = ArtifactStore(home / "artifacts")
    workflow, values = task_workflow(
        {"url": "https://example.com", "navigation_goal": "PageSnapshot"}
    )
    ids = [new_id("tsk") for _ in range(count)]
    with dg.DagsterInstance.get() as instance:
        for run_id in ids:
            instance.add_run(
                dg.DagsterRun(
                    job_name="skyvern_task",
                    run_id=str(uuid.uuid4()),
                    status=dg.DagsterRunStatus.SUCCESS,
                    tags={
                        tags.WORKFLOW_RUN_ID: run_id,
                        tags.ORGANIZATION_ID: DEFAULT_ORGANIZATION_ID,
                        tags.KIND: "task",
                        tags.STATUS: "completed",
                    },
                )
            )
    for run_id in ids[-100:]:
        begin_run(store, workflow, values, run_id)
    return ids[-100:]


def measure(up: Deployment, key: str, ids: list[str], size: int, repeat: int) -> None:
    """One size's rows."""
    headers = {"x-api-key": key}
    with httpx2.Client(headers=headers, timeout=60) as client:

        def rest_one(number: int) -> Any:
            return client.get(f"{up.url}/v1/runs/{ids[number % len(ids)]}")

        def rest_page(number: int) -> Any:
            del number
            return client.get(f"{up.url}/v1/runs")

        def graphql_one(number: int) -> Any:
            wanted = {"key": tags.WORKFLOW_RUN_ID, "value": ids[number % len(ids)]}
            return _ask(client, up, [wanted], 1)

        def graphql_page(number: int) -> Any:
            del number
            return _ask(
                client, up, [{"key": tags.ORGANIZATION_ID, "value": DEFAULT_ORGANIZATION_ID}], 10
            )

        _row(size, "a run by its id", _median(rest_one, repeat), _median(graphql_one, repeat))
        _row(size, "a page of ten", _median(rest_page, repeat), _median(graphql_page, repeat))
    ours = asyncio.run(
        _throughput(lambda n: ("GET", f"{up.url}/v1/runs/{ids[n % 100]}", None), key)
    )
    query = {"query": _BY_TAG, "variables": {"tags": [], "limit": 1}}

    def other(number: int) -> tuple[str, str, Any]:
        wanted = [{"key": tags.WORKFLOW_RUN_ID, "value": ids[number % 100]}]
        body = {**query, "variables": {"tags": wanted, "limit": 1}}
        return "POST", f"{up.dagster_url}/graphql", body

    theirs = asyncio.run(_throughput(other, key))
    _row(size, "requests/s, 32 at a time", ours, theirs)


def first_action(up: Deployment, key: str) -> None:
    """Seconds from the POST of a task until the browser asks for the page."""
    asked = threading.Event()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<h1>Hello</h1>")

        def log_message(self, *_: object) -> None: ...

    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{site.server_port}/"
    seconds, answered = [], []
    with httpx2.Client(headers={"x-api-key": key}, timeout=60) as client:
        for _ in range(4):
            asked.clear()
            began = time.perf_counter()
            client.post(f"{up.url}/api/v1/tasks", json={"url": url}).raise_for_status()
            answered.append(time.perf_counter() - began)
            asked.wait(120)
            seconds.append(time.perf_counter() - began)
            time.sleep(_PAUSE_SECONDS)
    site.shutdown()
    print(
        f"POST of a task: answered after {statistics.median(answered):.2f} s, the browser asks for "
        f"the page after {statistics.median(seconds):.2f} s (median of {len(seconds)})"
    )


def _ask(client: httpx2.Client, up: Deployment, wanted: list[dict[str, str]], limit: int) -> Any:
    body = {"query": _BY_TAG, "variables": {"tags": wanted, "limit": limit}}
    return client.post(f"{up.dagster_url}/graphql", json=body)


def _median(ask: Callable[[int], Any], repeat: int) -> float:
    ask(0).raise_for_status()
    seconds = []
    for number in range(repeat):
        began = time.perf_counter()
        ask(number).raise_for_status()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) * 1000


async def _throughput(request: Callable[[int], tuple[str, str, Any]], key: str) -> float:
    total = 640
    numbers = iter(range(total))
    limits = httpx2.Limits(max_connections=_CONNECTIONS)
    async with httpx2.AsyncClient(headers={"x-api-key": key}, timeout=120, limits=limits) as client:

        async def work() -> None:
            for number in numbers:
                method, url, body = request(number)
                (await client.request(method, url, json=body)).raise_for_status()

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))
        return total / (time.perf_counter() - began)


def _row(size: int, what: str, ours: float, theirs: float) -> None:
    print(f"{size:>8}  {what:24}{ours:>10.1f}{theirs:>10.1f}{ours / theirs:>8.2f}")


if __name__ == "__main__":
    sys.exit(main())
