"""The ``finally`` block of runs that were canceled: Dagster begins nothing in those any more.

``python -m skyvern_dagster.runs.finishing RUN`` carries it out in a process of its own, with the
deployment's own resources and what the run's records say.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import dagster as dg

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import add_run_tags
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.ending import RunEnding
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.run_info import read_run
from skyvern_dagster.resources.services import default_resources, services
from skyvern_dagster.runs.status import run_status

_PENDING = {tags.FINALLY: "pending"}


def finish_canceled(instance: dg.DagsterInstance, store: ArtifactStore) -> list[str]:
    """Begins what canceled runs have left to do, each in a process that goes on by itself.

    Cheap enough to be called each second: one query, which finds nothing as a rule.

    Returns:
        The ids of those runs.
    """
    ended = [dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE]
    found = instance.get_runs(filters=dg.RunsFilter(tags=_PENDING, statuses=ended))
    # One that waited for a person has failed in Dagster, and been canceled afterwards.
    canceled = [run for run in found if run_status(run) == "canceled"]
    begun = [run for run in canceled if _is_ours(instance, store, run)]
    for run in begun:
        _process(run, Path(instance.root_directory))
    return [run.tags[tags.WORKFLOW_RUN_ID] for run in begun]


def finish(instance: dg.DagsterInstance, store: ArtifactStore, run: dg.DagsterRun) -> None:
    """Carries out what a canceled run has left to do, and waits for it."""
    is_pending = run.tags.get(tags.FINALLY) == "pending"
    if run_status(run) == "canceled" and is_pending and _is_ours(instance, store, run):
        _process(run, Path(instance.root_directory)).wait()


def main() -> int:
    """Carries the block out; its record says how it went."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    resources = SimpleNamespace(**default_resources())
    with dg.DagsterInstance.get() as instance:
        found = instance.get_run_by_id(sys.argv[1])
    if found is None:
        return 1
    workflow, info = read_run(default_store(), found.tags[tags.WORKFLOW_RUN_ID])
    run = WorkflowRun(workflow, services(resources), NoHost(tags=dict(found.tags), write=_say))
    try:
        run.with_finally(run.scope_so_far(info), RunEnding("canceled"))
    finally:
        resources.browser.close()
    return 0


def _is_ours(instance: dg.DagsterInstance, store: ArtifactStore, run: dg.DagsterRun) -> bool:
    """Whether nobody else has begun it: the API, a sensor and the command line may all look."""
    claim = RunKeys(run.tags[tags.WORKFLOW_RUN_ID]).finally_claim(run.run_id)
    is_first = store.create(claim, b"{}")
    add_run_tags(instance, run.run_id, {tags.FINALLY: "done"})
    return is_first


def _process(run: dg.DagsterRun, home: Path) -> subprocess.Popen[bytes]:
    log = home / "logs" / f"{run.tags[tags.WORKFLOW_RUN_ID]}-finally.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "skyvern_dagster.runs.finishing", run.run_id],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"},
        )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
