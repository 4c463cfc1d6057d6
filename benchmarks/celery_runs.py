"""Runs side by side on the deployment of ``deploy/celery/local.sh``, and a worker that is killed.

``python -m benchmarks.celery_runs [--runs 20]`` starts it (PostgreSQL, Redis, two workers with two
runs each, the demo's shop, S3 and mail server), puts so many runs of the invoice workflow into
Dagster's queue at once, kills a worker once a quarter has ended, and prints the seconds of each run
in the queue and under way, and whether all of it was delivered, each thing once. ``--write`` puts
the table into docs/how-to/deploy.md.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg

from benchmarks.section import write_section
from skyvern_dagster.demo.services import demo_services
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import new_id
from skyvern_dagster.process.clock import utc_now
from tests.distributed.cluster import WORKERS, Cluster, cluster, cluster_environment, office_of
from tests.office import Office

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "deploy.md"
_SECONDS_A_RUN = 180
"""At most, of all runs one after another; a run takes some twenty on a quiet machine."""


def main() -> int:
    """Prints the table; exit status 1 when something wasn't delivered, or twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--orders", type=int, default=3, help="invoices of each run")
    parser.add_argument("--no-kill", action="store_true", help="let all workers live")
    parser.add_argument("--write", action="store_true", help="into docs/how-to/deploy.md")
    asked = parser.parse_args()
    began = time.monotonic()
    with (
        demo_services() as demo,
        tempfile.TemporaryDirectory(prefix="skyvern-cluster-", ignore_cleanup_errors=True) as state,
        cluster(Path(state), cluster_environment(demo)) as up,
        office_of(up, demo) as office,
    ):
        print(f"up after {time.monotonic() - began:.0f} s", flush=True)
        ids = _launch(up, office, asked.runs, asked.orders)
        killed = _wait_for_all(up, office, ids, 0 if asked.no_kill else max(1, asked.runs // 4))
        wrong = [each for each in ids if _problem(office, each, asked.orders)]
        lines = list(_table(office, ids, killed, wrong))
    print("\n".join(lines))
    if asked.write:
        write_section(_PAGE, "benchmarks.celery_runs", lines)
    return 1 if wrong else 0


def _launch(up: Cluster, office: Office, count: int, orders: int) -> list[str]:
    """One run as anybody starts it, and the others like it: all wait at the same time."""
    first = up.launch(office.config(orders))
    run = office.newest(first)
    ids = [first]
    for _ in range(count - 1):
        ids.append(new_id("wr"))
        again = run._replace(
            run_id=str(uuid.uuid4()),
            status=dg.DagsterRunStatus.QUEUED,
            tags={**_own_tags(run), tags.WORKFLOW_RUN_ID: ids[-1]},
        )
        office.instance.add_run(again)
    return ids


def _own_tags(run: dg.DagsterRun) -> dict[str, str]:
    """Without what was written when it was launched."""
    written = ("dagster-celery/", tags.STATUS, tags.ATTEMPT, tags.PROCESS)
    return {name: value for name, value in run.tags.items() if not name.startswith(written)}


def _wait_for_all(up: Cluster, office: Office, ids: Sequence[str], kill_after: int) -> str:
    """Until each has ended; the name of the worker that was killed meanwhile, if one was."""
    deadline, killed = time.monotonic() + _SECONDS_A_RUN * len(ids), ""
    while time.monotonic() < deadline:
        newest = [office.newest(each) for each in ids]
        ended = sum(run.is_finished for run in newest)
        if ended == len(ids):
            return killed
        under_way = [run for run in newest if run.status == dg.DagsterRunStatus.STARTED]
        if kill_after and not killed and ended >= kill_after:
            killed = _killed(up, under_way)
        time.sleep(1)
    raise SystemExit("not all runs have ended in time")


def _killed(up: Cluster, under_way: Sequence[dg.DagsterRun]) -> str:
    """Kills the worker of one of these runs; its name, empty where none was found at work."""
    for run in under_way:
        if tags.PROCESS not in run.tags:  # it has only just begun
            continue
        try:
            worker = up.worker_of(run)
        except (FileNotFoundError, ValueError):  # it has ended meanwhile
            continue
        up.kill(worker)
        return worker
    return ""


def _problem(office: Office, run_id: str, orders: int) -> str:
    """What of a run wasn't delivered, or more than once; empty where all is well."""
    try:
        office.assert_delivered(run_id, orders)
    except (AssertionError, ValueError) as error:
        run = office.newest(run_id)
        logs = office.instance.all_logs(run.run_id)
        said = [
            each.user_message or each.message for each in logs if int(each.level) >= logging.ERROR
        ]
        last = [each.message for each in logs[-3:]]
        told = "; ".join(map(str, said or last))
        print(f"{run_id}: {run.status.value}: {told[:2000]} {error}", file=sys.stderr)
        return str(error) or "not delivered"
    return ""


def _table(office: Office, ids: Sequence[str], killed: str, wrong: Sequence[str]) -> Iterator[str]:
    records = {each: _records(office, each) for each in ids}
    queued = [
        (found[0].start_time or found[0].end_time or 0) - found[0].create_timestamp.timestamp()
        for found in records.values()
    ]
    took = [
        (found[-1].end_time or 0) - (found[0].start_time or found[0].end_time or 0)
        for found in records.values()
    ]
    first = min(found[0].create_timestamp.timestamp() for found in records.values())
    all_of_it = max(found[-1].end_time or 0 for found in records.values()) - first
    again = sum(len(found) > 1 for found in records.values())
    what = f"{killed} killed, {again} runs went on in the other one" if killed else "none killed"
    yield (
        f"{len(ids)} runs on {WORKERS} workers ({what}), {os.cpu_count()} cores, "
        f"{utc_now():%Y-%m-%d}; delivered once: {len(ids) - len(wrong)} of {len(ids)}:"
    )
    yield ""
    yield "| | median | longest |"
    yield "|---|---|---|"
    for name, seconds in (("in the queue", queued), ("under way", took)):
        yield f"| {name} | {statistics.median(seconds):.0f} s | {max(seconds):.0f} s |"
    yield f"| all of them | {all_of_it:.0f} s | |"


def _records(office: Office, run_id: str) -> Sequence[dg.RunRecord]:
    """The attempts at a run, oldest first."""
    by_id = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id})
    return office.instance.get_run_records(filters=by_id, ascending=True)


if __name__ == "__main__":
    sys.exit(main())
