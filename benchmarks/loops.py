"""How a loop grows: seconds and memory of a trivial body over many items, beside plain Dagster.

``python -m benchmarks.loops [ITEMS ...]`` prints one line per number of items and way. Each is a
process of its own, so that its peak memory is its own. Seconds are those of a processor: nothing in
these loops waits, and other work on the machine doesn't disturb them.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from benchmarks.row import Row

SIZES = (200, 2000)
WAYS = ("ours", "dagster")
_QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def ours(items: int) -> bool:
    """A ``for_loop`` over so many items, whose body uploads nothing, in the executor of jobs."""
    from skyvern_dagster.compiler.config import run_config

    leaf = {"block_type": "upload_to_s3", "label": "leaf", "path": "SKYVERN_DOWNLOAD_DIRECTORY"}
    loop = {
        "block_type": "for_loop",
        "label": "each",
        "loop_over_parameter_key": "items",
        "loop_blocks": [leaf],
    }
    key = {"key": "items", "parameter_type": "workflow", "workflow_parameter_type": "json"}
    body = {"parameters": [key], "blocks": [loop]}
    text = json.dumps({"title": "Loop", "workflow_definition": body})
    job = dg.build_reconstructable_job(
        "skyvern_dagster.compiler.job",
        "job_from_text",
        (text, "loop", "loop", False),  # type: ignore[arg-type] # mistyped there
    )
    config = {**run_config({"items": list(range(items))}), **_QUIET}
    with dg.DagsterInstance.get() as instance:
        return dg.execute_job(job, instance=instance, run_config=config).success


def dagster(items: int) -> bool:
    """As many mapped ops that do nothing."""

    @dg.op(out=dg.DynamicOut(int))
    def fan() -> Any:
        for index in range(items):
            yield dg.DynamicOutput(index, str(index))

    @dg.op
    def leaf(item: int) -> int:
        return item

    @dg.op
    def collect(found: list[int]) -> int:
        return len(found)

    @dg.job(executor_def=dg.in_process_executor)
    def plain() -> None:
        collect(fan().map(leaf).collect())

    with dg.DagsterInstance.get() as instance:
        return plain.execute_in_process(run_config=_QUIET, instance=instance).success


@dataclass(frozen=True)
class Growth:
    """One loop in a process of its own: seconds of a processor, and its largest memory in MB."""

    seconds: float
    memory: float


def measured(way: str, items: int) -> Growth:
    """One loop."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        environment = {
            **os.environ,
            "DAGSTER_HOME": home,
            "SKYVERN_UPLOAD_BUCKET": "unused",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.loops", way, str(items)],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    return Growth(**json.loads(done.stdout.splitlines()[-1]))


def rows(rounds: int, items: int) -> list[Row]:
    """A loop with a trivial body beside as many of Dagster's own ops."""
    pairs = [(measured("ours", items), measured("dagster", items)) for _ in range(rounds)]
    return [
        Row(
            f"a loop over {items:,} items with a trivial body (seconds of a processor)",
            "as many empty mapped ops of plain Dagster",
            tuple(mine.seconds for mine, _ in pairs),
            tuple(other.seconds for _, other in pairs),
            1.5,
            why="records and scope of each block are written to the artifact store, and more "
            "events to Dagster's log",
        )
    ]


def main() -> None:
    """Runs each way in a process of its own, or, with a way and a number, that one."""
    if len(sys.argv) == 3 and sys.argv[1] in WAYS:
        began = time.process_time()
        success = {"ours": ours, "dagster": dagster}[sys.argv[1]](int(sys.argv[2]))
        assert success
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {"seconds": time.process_time() - began, "memory": peak}
        sys.stdout.write(json.dumps(told) + "\n")
        return
    for items in map(int, sys.argv[1:] or SIZES):
        for way in WAYS:
            grown = measured(way, items)
            sys.stdout.write(
                f"{way:8} {items:>6} items {grown.seconds:8.1f} s {grown.memory:7.0f} MB\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
