"""How a loop grows: seconds and memory of a trivial body over many items, beside plain Dagster.

``python -m benchmarks.loops [ITEMS ...]`` prints one line per number of items and way. Each is a
process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

import dagster as dg

SIZES = (200, 2000)
WAYS = ("ours", "dagster")
_QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def ours(items: int) -> bool:
    """A ``for_loop`` over so many items, whose body uploads nothing."""
    from skyvern_dagster.compiler.config import run_config
    from skyvern_dagster.compiler.job import build_job
    from skyvern_dagster.workflow.loader import load_text

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
    job = build_job(
        load_text(text, source="loop", name="loop"), executor_def=dg.in_process_executor
    )
    config = {**run_config({"items": list(range(items))}), **_QUIET}
    with dg.DagsterInstance.get() as instance:
        return job.execute_in_process(run_config=config, instance=instance).success


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


def main() -> None:
    """Runs each way in a process of its own, or, with a way and a number, that one."""
    if len(sys.argv) == 3 and sys.argv[1] in WAYS:
        began = time.monotonic()
        success = {"ours": ours, "dagster": dagster}[sys.argv[1]](int(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds = time.monotonic() - began
        sys.stdout.write(
            f"{sys.argv[1]:8} {sys.argv[2]:>6} items {seconds:8.1f} s {peak:7.0f} MB "
            f"{'ok' if success else 'FAILED'}\n"
        )
        return
    for items in map(int, sys.argv[1:] or SIZES):
        for way in WAYS:
            with tempfile.TemporaryDirectory() as home:
                environment = {
                    **os.environ,
                    "DAGSTER_HOME": home,
                    "DAGSTER_DISABLE_TELEMETRY": "1",
                    "SKYVERN_UPLOAD_BUCKET": "unused",
                }
                subprocess.run(
                    [sys.executable, "-m", "benchmarks.loops", way, str(items)],
                    env=environment,
                    check=True,
                )


if __name__ == "__main__":
    main()
