"""A run that was launched on this machine, in its own process."""

from __future__ import annotations

import os

import dagster as dg

from skyvern_dagster.browser.ahead import close_ahead, start_ahead
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.dagster_internals import RESUME_TAG, newest_run_with_tag
from skyvern_dagster.compiler.dagster_internals.known_revisions import know_revisions
from skyvern_dagster.execution import tags
from skyvern_dagster.process.identity import process_tag
from skyvern_dagster.process.run_process import LaunchRequest
from skyvern_dagster.runs.ended_elsewhere import end_with_the_run


def carry_out(request: LaunchRequest) -> bool:
    """Carries the requested run out.

    Returns:
        Whether Dagster calls it good; how it ended is on record.
    """
    if request.needs_browser:
        start_ahead()
    know_revisions()
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
    close_ahead()
    return bool(result.success)


def _own_run(instance: dg.DagsterInstance, request: LaunchRequest) -> dg.DagsterRun | None:
    """The run of this process, once it has begun; not the one that it re-executes."""
    run = newest_run_with_tag(instance, tags.WORKFLOW_RUN_ID, request.workflow_run_id)
    return None if run is None or run.run_id == request.resume else run


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
