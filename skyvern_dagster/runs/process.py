"""The process of one run: ``python -m skyvern_dagster.runs.process``, a request on stdin."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import threading

import dagster as dg

from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.dagster_internals import RESUME_TAG, newest_run_with_tag
from skyvern_dagster.execution import tags
from skyvern_dagster.process.identity import process_tag
from skyvern_dagster.process.run_process import LaunchRequest
from skyvern_dagster.resources.browser import start_ahead
from skyvern_dagster.runs.ended_elsewhere import end_with_the_run


def main() -> int:
    """Carries the requested run out; the exit status says only whether Dagster called it good."""
    # Under a shell's background job SIGINT is ignored, and Dagster would copy that onto SIGTERM.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _import_ahead()
    line = sys.stdin.readline()
    if not line:  # there was no run to be given
        return 0
    request = LaunchRequest(**json.loads(line))
    if request.needs_browser:
        start_ahead()
    if not request.detached:
        _die_with_launcher()
    end_with_the_run(lambda instance: _own_run(instance, request))
    job = dg.build_reconstructable_job(
        "skyvern_dagster.compiler.job",
        "job_from_text",
        (request.text, request.source, request.name, request.from_rest, request.stored_id),  # type: ignore[arg-type] # mistyped there
    )
    with dg.DagsterInstance.get() as instance:
        result = dg.execute_job(
            job,
            instance=instance,
            run_config={**run_config(request.parameters), **_QUIET},
            tags=_tags(request),
            reexecution_options=_reexecution(request, instance),
            raise_on_error=False,
        )
    return 0 if result.success else 1


def _import_ahead() -> None:
    """Imports what most runs come to need, as long as there is no request."""
    for name in _AHEAD:
        if select.select([sys.stdin], [], [], 0)[0]:
            return
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)


def _own_run(instance: dg.DagsterInstance, request: LaunchRequest) -> dg.DagsterRun | None:
    """The run of this process, once it has begun; not the one that it re-executes."""
    run = newest_run_with_tag(instance, tags.WORKFLOW_RUN_ID, request.workflow_run_id)
    return None if run is None or run.run_id == request.resume else run


_AHEAD = (
    "skyvern_dagster.compiler.job",
    "playwright.async_api",
    "dagster._core.storage.sqlite_storage",
    "dagster._core.storage.local_compute_log_manager",
    "skyvern_dagster.agent.planners.heuristic.planner",
)
"""In the order in which a run meets them; nothing breaks where one of them has another name in some
version, since a run imports what it needs by itself."""

_QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def _tags(request: LaunchRequest) -> dict[str, str]:
    given = {
        **request.tags,
        tags.WORKFLOW_RUN_ID: request.workflow_run_id,
        tags.STATUS: "running",
        tags.PROCESS: process_tag(os.getpid()),
    }
    # As Dagster's own UI marks a re-execution from failure; its Python API doesn't.
    return given if request.resume is None else {**given, RESUME_TAG: "true"}


def _reexecution(
    request: LaunchRequest, instance: dg.DagsterInstance
) -> dg.ReexecutionOptions | None:
    if request.resume is None:
        return None
    if request.whole:
        return dg.ReexecutionOptions(parent_run_id=request.resume)
    return dg.ReexecutionOptions.from_failure(request.resume, instance)


def _die_with_launcher() -> None:
    """A run whose launcher was killed has nobody left to watch it: it stops as in a crash.

    Its finished blocks stay on record, and ``skyvern-dagster resume`` goes on from there.
    """

    def watch() -> None:
        while sys.stdin.readline():
            pass
        if not _finished.is_set():
            os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="launcher-watch", daemon=True).start()


_finished = threading.Event()


if __name__ == "__main__":
    status = main()
    _finished.set()
    sys.exit(status)
