"""Ten thousand portals a night, without a browser: PostgreSQL, Dagster's real queue and pools.

``python -m benchmarks.portals [--runs 10000] [--workers 8 32 128] [--seconds 30] [--speed 10]``
puts one run per portal into Dagster's queue, as a schedule at night does, with a pool for each
login and a limit for each site, and lets Dagster's own daemon hand them to simulated workers. A run
writes the events of a real one and waits. ``--speed`` shortens the waiting: at 10, three workers
load queue and database like thirty. Printed are throughput, the time in the queue, what the
database and the daemon take of a processor, and what is the bottleneck: the one that is busiest.

It needs PostgreSQL (deploy/celery/install.sh). Its figures are of a quiet machine, or of none.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.dagster_run import RunOpConcurrency

from benchmarks.postgres import Postgres, cpu_seconds, free_port, postgres
from benchmarks.section import write_section
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import new_id
from skyvern_dagster.process.clock import utc_now

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "deploy.md"

_IDLE_SECONDS = 120.0
"""Without one more run that has ended: then something is wrong, and the round is given up."""

_ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("portals"), "__repository__"), "portal"
)
"""Where Dagster takes the runs to come from; nobody asks there."""

_YAML = """\
telemetry: {{enabled: false}}
storage: {{postgres: {{postgres_url: "{url}"}}}}
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config: {{dequeue_interval_seconds: 1{threads}}}
concurrency:
  runs:
    max_concurrent_runs: {workers}
    tag_concurrency_limits:
      - {{key: skyvern/site, value: {{applyLimitPerUniqueValue: true}}, limit: {site_limit}}}
  pools: {{granularity: run, default_limit: 1}}
run_launcher:
  module: benchmarks.simulated_workers
  class: SimulatedRunLauncher
  config: {{port: {port}}}
"""


_BUSY = 0.6
"""Part of its time: what is busier is what the rest waits for. Arbitrary; the table has it."""


@dataclass(frozen=True)
class Night:
    """What is simulated.

    Attributes:
        runs: One per portal.
        sites: Hosts that the portals are on.
        site_limit: Runs at a time on one of them.
        seconds: A run's median length.
        speed: By how much its waiting is shortened.
        events: Rows of the event log that a run leaves.
        over: Seconds over which the runs arrive; 0 for all at once.
        threads: With which the daemon hands runs over; 1 for one run after another.
    """

    runs: int
    sites: int
    site_limit: int
    seconds: float
    speed: float
    events: int
    over: float
    threads: int

    @property
    def at_once(self) -> int:
        """How many runs the limits of sites let go on at the same time."""
        return self.sites * self.site_limit


@dataclass(frozen=True)
class Measured:
    """How a night went with so many workers.

    Attributes:
        seconds: From the first run's arrival to the last one's end.
        queued: Seconds that each run has waited.
        busy: Worker-seconds that runs took.
        database: Seconds of a processor that PostgreSQL took.
        daemon: Likewise, Dagster's daemon.
    """

    workers: int
    runs: int
    seconds: float
    queued: Sequence[float]
    busy: float
    database: float
    daemon: float
    transactions: int

    @property
    def utilization(self) -> float:
        """Part of their time that the workers carry runs out."""
        return self.busy / (self.workers * self.seconds)

    def bottleneck(self, night: Night) -> str:
        """What more of would make the night shorter."""
        if self.utilization > _BUSY:
            return "workers"
        if self.database / self.seconds > _BUSY * (os.cpu_count() or 1):
            return "PostgreSQL's processors"
        if night.at_once < self.workers:
            return "limits of sites"
        return "handing over (the daemon, and the database's answers to it)"


def main() -> int:
    """Prints a line per number of workers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[8, 32, 128])
    parser.add_argument("--sites", type=int, default=500)
    parser.add_argument("--site-limit", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--events", type=int, default=100)
    parser.add_argument("--over", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="into docs/how-to/deploy.md")
    asked = parser.parse_args()
    night = Night(
        asked.runs, asked.sites, asked.site_limit, asked.seconds, asked.speed, asked.events,
        asked.over, asked.threads,
    )  # fmt: skip
    lines: list[str] = []
    for line in _table(night, asked.workers):
        print(line, flush=True)
        lines.append(line)
    if asked.write:
        write_section(_PAGE, "benchmarks.portals", lines)
    return 0


def _table(night: Night, workers: Sequence[int]) -> Iterator[str]:
    yield (
        f"{night.runs:,} runs of {night.seconds:g} s (shown {night.speed:g} times as fast), "
        f"{night.sites} sites with {night.site_limit} runs at a time, a pool per login, "
        f"{night.events} events a run, handed over by {night.threads} thread(s); "
        f"{os.cpu_count()} cores, {utc_now():%Y-%m-%d}:"
    )
    yield ""
    yield (
        "| workers | like workers in real time | runs a minute | queue time, median | 95 % | "
        "workers busy | daemon | PostgreSQL | transactions a run | bottleneck |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for count in workers:
        with postgres() as server:
            yield _line(measured(night, count, server), night)


def _line(done: Measured, night: Night) -> str:
    cells = (
        str(done.workers),
        f"{done.workers * night.speed:g}",
        f"{done.runs / done.seconds * 60:.0f}",
        f"{statistics.median(done.queued):.1f} s",
        f"{sorted(done.queued)[int(len(done.queued) * 0.95)]:.1f} s",
        f"{done.utilization:.0%}",
        f"{done.daemon / done.seconds:.0%} of a core",
        f"{done.database / done.seconds:.0%} of a core",
        f"{done.transactions / done.runs:.0f}",
        done.bottleneck(night),
    )
    return f"| {' | '.join(cells)} |"


def measured(night: Night, workers: int, server: Postgres) -> Measured:
    """One night."""
    with tempfile.TemporaryDirectory() as home:
        port = free_port()
        threads = f", dequeue_use_threads: true, dequeue_num_workers: {night.threads}"
        instance_file = _YAML.format(
            url=server.url, workers=workers, site_limit=night.site_limit, port=port,
            threads=threads if night.threads > 1 else "",
        )  # fmt: skip
        (Path(home) / "dagster.yaml").write_text(instance_file, encoding="utf-8")
        os.environ["DAGSTER_HOME"] = home
        with dg.DagsterInstance.get() as instance, _processes(night, workers, port, home) as daemon:
            _wait_until_up(instance, port)
            before = server.cpu_seconds(), server.transactions(), cpu_seconds(daemon)
            began = time.time()
            _arrive(instance, night)
            _wait_for_all(instance, night.runs)
            seconds = time.time() - began
            records = [
                each
                for each in instance.get_run_records()
                if each.start_time is not None and each.end_time is not None
            ]
            return Measured(
                workers,
                night.runs,
                seconds,
                [(each.start_time or 0) - each.create_timestamp.timestamp() for each in records],
                sum((each.end_time or 0) - (each.start_time or 0) for each in records),
                server.cpu_seconds() - before[0],
                cpu_seconds(daemon) - before[2],
                server.transactions() - before[1],
            )


def _wait_until_up(instance: dg.DagsterInstance, port: int) -> None:
    """Until the daemon's queue has had its first turn, and the workers listen."""
    deadline = time.monotonic() + _IDLE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            if "QUEUED_RUN_COORDINATOR" in instance.get_daemon_heartbeats():
                return
        time.sleep(0.5)
    raise SystemExit("Dagster's daemon, or the workers, don't come up")


@contextmanager
def _processes(night: Night, workers: int, port: int, home: str) -> Iterator[int]:
    """The workers and Dagster's daemon; gives the daemon's process id."""
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "env": told}
    program = [sys.executable, "-W", "ignore", "-m"]
    seconds = str(night.seconds / night.speed)
    started = [
        subprocess.Popen(
            [*program, "benchmarks.simulated_workers", str(port), str(workers), seconds,
             str(night.events)], **quiet,
        ),
        subprocess.Popen(
            [*program, "dagster._daemon", "run", "--empty-workspace"], cwd=home,
            stderr=(Path(home) / "daemon.log").open("w"), **quiet,
        ),
    ]  # fmt: skip
    try:
        yield started[-1].pid
    finally:
        for each in reversed(started):
            each.terminate()
            each.wait(30)


def _arrive(instance: dg.DagsterInstance, night: Night) -> None:
    began = time.monotonic()
    for number in range(night.runs):
        time.sleep(max(0.0, began + night.over * number / night.runs - time.monotonic()))
        pool = f"skyvern/login/portal_{number}"
        concurrency = RunOpConcurrency(
            root_key_counts={pool: 1}, has_unconstrained_root_nodes=False, all_pools={pool}
        )
        run = dg.DagsterRun(
            job_name="portal",
            run_id=str(uuid.uuid4()),
            status=dg.DagsterRunStatus.QUEUED,
            remote_job_origin=_ORIGIN,
            run_op_concurrency=concurrency,
            tags={
                tags.WORKFLOW_RUN_ID: new_id("wr"),
                tags.SITE: f"site-{number % night.sites}.example",
            },
        )
        instance.add_run(run)


def _wait_for_all(instance: dg.DagsterInstance, runs: int) -> None:
    ended = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE])
    count, changed = 0, time.monotonic()
    while count < runs:
        time.sleep(0.5)
        now = instance.get_runs_count(ended)
        if now != count:
            count, changed = now, time.monotonic()
        if time.monotonic() - changed > _IDLE_SECONDS:
            raise SystemExit(f"only {count} of {runs} runs have ended")


if __name__ == "__main__":
    sys.exit(main())
