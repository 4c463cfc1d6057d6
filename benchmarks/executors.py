"""Executors beside each other: a job whose steps mostly wait, as those do that use a portal.

``python -m benchmarks.executors`` runs a job of 12 mapped steps that wait 0.3 s each under the
executor of compiled jobs and under Dagster's own two, each in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import dagster as dg

from benchmarks.row import Row

STEPS, SECONDS = 12, 0.3
WAYS = ("browser_executor", "in_process_executor", "multiprocess_executor")
_QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


@dg.op(out=dg.DynamicOut(int))
def fan() -> Any:
    """The items."""
    for index in range(STEPS):
        yield dg.DynamicOutput(index, str(index))


@dg.op
def wait(item: int) -> int:
    """An answer that takes its time."""
    time.sleep(SECONDS)
    return item


@dg.op
def collect(found: list[int]) -> int:
    """All of them."""
    return len(found)


@dg.graph
def waits() -> None:
    """Items, waited for, collected."""
    collect(fan().map(wait).collect())


def job_of(way: str) -> dg.JobDefinition:
    """The job under one executor."""
    from skyvern_dagster import browser_executor

    executors: dict[str, Any] = {
        "browser_executor": browser_executor,
        "in_process_executor": dg.in_process_executor,
        "multiprocess_executor": dg.multiprocess_executor.configured({"max_concurrent": 4}),
    }
    return waits.to_job(name="waits", executor_def=executors[way])


def browser_job() -> dg.JobDefinition:
    """See :func:`job_of`."""
    return job_of("browser_executor")


def in_process_job() -> dg.JobDefinition:
    """See :func:`job_of`."""
    return job_of("in_process_executor")


def multiprocess_job() -> dg.JobDefinition:
    """See :func:`job_of`."""
    return job_of("multiprocess_executor")


_JOBS = dict(zip(WAYS, (browser_job, in_process_job, multiprocess_job), strict=True))


def seconds_of(way: str) -> float:
    """Seconds of one run, imports left out."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        environment = {**os.environ, "DAGSTER_HOME": home}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.executors", way],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    return float(done.stdout.split()[-1])


def rows(rounds: int) -> list[Row]:
    """Ours beside each of Dagster's."""
    took = {way: tuple(seconds_of(way) for _ in range(rounds)) for way in WAYS}
    what = f"{STEPS} steps that wait {SECONDS} s, in threads"
    # Three waves of four, against twelve in a row; a process a step costs a second.
    goals = {"in_process_executor": 0.6, "multiprocess_executor": 0.5}
    return [Row(what, f"`{way}`", took[WAYS[0]], took[way], goal) for way, goal in goals.items()]


def main() -> None:
    """Runs one way, or prints all of them."""
    if len(sys.argv) == 2 and sys.argv[1] in WAYS:
        with dg.DagsterInstance.get() as instance:
            instance.get_run_by_id("none")  # makes the database, which is done once in life
            job = dg.reconstructable(_JOBS[sys.argv[1]])
            began = time.monotonic()
            with dg.execute_job(job, instance=instance, run_config=_QUIET) as result:
                assert result.success
            sys.stdout.write(f"{time.monotonic() - began:.3f}\n")
        return
    for way in WAYS:
        sys.stdout.write(f"{way:24} {seconds_of(way):6.2f} s\n")


if __name__ == "__main__":
    main()
