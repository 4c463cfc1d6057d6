"""Whether an instance of many runs answers as quickly as one of few, in PostgreSQL.

``python -m benchmarks.many_runs [--runs 100 10000]`` starts a PostgreSQL server and a deployment,
fills it with runs that have the tags of real ones and a materialization each, and prints the
milliseconds of what people and clients look at: the REST API, Dagster's pages of runs, its
catalogue; and the ratio of the largest instance to the smallest. ``--write`` puts the table into
docs/how-to/deploy.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import httpx2
from dagster._core.events import (
    DagsterEvent,
    DagsterEventType,
    StepMaterializationData,
)

from benchmarks.postgres import postgres
from benchmarks.rest import served
from benchmarks.section import write_section
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.deployment.deployment import Deployment
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import begin_run
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.task_definition import task_workflow

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "deploy.md"
_ASSETS = 100
"""No more than the smallest instance has runs: else the catalogues would be of two sizes."""

_STATUSES = ("completed", "completed", "completed", "failed", "terminated")
_RECORDS = 100
"""Of the last runs: those that are asked for by their ids."""

_GRAPHQL: Mapping[str, tuple[str, dict[str, Any]]] = {
    "Dagster: a page of runs": (
        """query Page($limit: Int!) { runsFeedOrError(limit: $limit, view: ROOTS) {
          ... on RunsFeedConnection { cursor hasMore results {
            id runStatus creationTime startTime endTime tags { key value } } }
          ... on PythonError { message } } }""",
        {"limit": 30},
    ),
    "Dagster: the number of runs": (
        """query Count { runsFeedCountOrError(view: ROOTS) {
          ... on RunsFeedCount { count } ... on PythonError { message } } }""",
        {},
    ),
    "Dagster: runs of a status": (
        """query Status($filter: RunsFilter!) { runsOrError(filter: $filter, limit: 30) {
          ... on Runs { results { runId status tags { key value } } } } }""",
        {"filter": {"tags": [{"key": tags.STATUS, "value": "terminated"}]}},
    ),
    "Dagster: the catalogue": (
        """query Catalogue { assetsOrError(limit: 50) { ... on AssetConnection { nodes {
          key { path } assetMaterializations(limit: 1) { timestamp runId } } } } }""",
        {},
    ),
}
"""What is looked at -> the query, and its variables; those of Dagster's own pages, shortened."""


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--repeat", type=int, default=30)
    parser.add_argument("--write", action="store_true", help="into docs/how-to/deploy.md")
    asked = parser.parse_args()
    found: dict[str, list[float]] = {}
    sizes = sorted(asked.runs)
    with postgres() as server, served(server.url) as (up, key, home):
        count = 0
        for size in sizes:
            ids = add_runs(home, size - count)
            count = size
            for name, milliseconds in measured(up, key, ids, asked.repeat):
                found.setdefault(name, []).append(milliseconds)
    lines = list(_table(sizes, found))
    print("\n".join(lines))
    if asked.write:
        write_section(_PAGE, "benchmarks.many_runs", lines)
    return 0


def _table(sizes: Sequence[int], found: Mapping[str, Sequence[float]]) -> Iterator[str]:
    yield (
        f"Milliseconds, medians; PostgreSQL on the same machine, {os.cpu_count()} cores, "
        f"{utc_now():%Y-%m-%d}:"
    )
    yield ""
    yield f"| | {' | '.join(f'{size:,} runs' for size in sizes)} | ratio |"
    yield f"|---|{'---|' * len(sizes)}---|"
    for name, times in found.items():
        cells = " | ".join(f"{each:.0f}" for each in times)
        yield f"| {name} | {cells} | **{times[-1] / times[0]:.2f}** |"


def add_runs(home: Path, count: int) -> list[str]:
    """Finished runs of many workflows, each with a materialization; the ids of the last ones."""
    store = ArtifactStore(home / "artifacts")
    workflow, values = task_workflow(
        {"url": "https://example.com", "navigation_goal": "PageSnapshot"}
    )
    ids = [new_id("wr") for _ in range(count)]
    with dg.DagsterInstance.get() as instance:
        for number, run_id in enumerate(ids):
            _add_run(instance, number, run_id)
    for run_id in ids[-_RECORDS:]:
        begin_run(store, workflow, values, run_id)
    return ids[-_RECORDS:]


def _add_run(instance: dg.DagsterInstance, number: int, run_id: str) -> None:
    name = f"portal_{number % _ASSETS}"
    status = _STATUSES[number % len(_STATUSES)]
    success = status == "completed"
    run = dg.DagsterRun(
        job_name=name,
        run_id=str(uuid.uuid4()),
        status=dg.DagsterRunStatus.SUCCESS if success else dg.DagsterRunStatus.FAILURE,
        tags={
            tags.WORKFLOW_RUN_ID: run_id,
            tags.ORGANIZATION_ID: DEFAULT_ORGANIZATION_ID,
            tags.KIND: "workflow_run",
            tags.WORKFLOW: name,
            tags.WORKFLOW_PERMANENT_ID: f"wpid_{number % _ASSETS}",
            tags.STATUS: status,
            tags.SITE: f"site-{number % 50}.example",
        },
    )
    instance.add_run(run)
    event = DagsterEvent(
        event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=name,
        message="",
        event_specific_data=StepMaterializationData(dg.AssetMaterialization(name), []),
    )
    instance.report_dagster_event(event, run.run_id)


def measured(
    up: Deployment, key: str, ids: Sequence[str], repeat: int
) -> Iterator[tuple[str, float]]:
    """What is looked at, and its median in milliseconds."""
    paths = {
        "REST: a run by its id": f"/v1/runs/{ids[0]}",
        "REST: a page of runs": "/v1/runs?page_size=20",
        "REST: a page of failed runs": "/v1/runs?page_size=20&status=failed",
        "REST: a far page of workflow runs": "/v1/workflows/runs?page=4&page_size=10",
    }
    with httpx2.Client(headers={"x-api-key": key}, timeout=120) as client:
        for name, path in paths.items():
            yield name, _median(partial(client.get, f"{up.url}{path}"), repeat)
        for name, (query, variables) in _GRAPHQL.items():
            body = {"query": query, "variables": variables}
            ask = partial(client.post, f"{up.dagster_url}/graphql", json=body)
            yield name, _median(ask, repeat)


def _median(ask: Callable[[], Any], repeat: int) -> float:
    _checked(ask())
    seconds = []
    for _ in range(repeat):
        began = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - began)
        _checked(answer)
    return statistics.median(seconds) * 1000


def _checked(answer: Any) -> None:
    """An answer that says that something is wrong is none that was quick."""
    answer.raise_for_status()
    said = answer.json()
    if isinstance(said, dict) and (said.get("errors") or "message" in str(said.get("data"))):
        raise SystemExit(f"the query failed: {str(said)[:500]}")


if __name__ == "__main__":
    sys.exit(main())
