"""The code location behind the REST shim: stored workflows as jobs, and the two that interpret.

``skyvern-dagster serve`` loads ``skyvern_dagster.served:defs``. A deployment of your own merges
:func:`served_definitions` into its ``Definitions``.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from skyvern_dagster import tags
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.interpreted import TASK_JOB, WORKFLOW_JOB, build_interpreted_job
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.resources import ArtifactStoreResource
from skyvern_dagster.schedule_store import ScheduleStore, StoredSchedule
from skyvern_dagster.workflow_store import StoredWorkflow, WorkflowStore


def served_definitions(store: ArtifactStore | None = None) -> dg.Definitions:
    """Jobs for everything that the shim can be asked to run.

    A stored definition that this version of the package can't compile is left out: it still runs
    (and says what is wrong) through the job that interprets.

    Args:
        store: Where the workflow store is; ``artifacts/`` of the home folder when left out.

    Example:
        .. code-block:: python

            defs = dg.Definitions.merge(my_definitions, served_definitions())
    """
    artifacts = store or ArtifactStoreResource().store()
    workflows = WorkflowStore(artifacts)
    jobs = [build_interpreted_job(name) for name in (TASK_JOB, WORKFLOW_JOB)]
    taken = {job.name for job in jobs}
    for stored in workflows.everything():
        if stored.name in taken:  # the same file, imported for several organizations
            continue
        job = _job(stored)
        if job is not None:
            jobs.append(job)
            taken.add(stored.name)
    return dg.Definitions(jobs=jobs, schedules=_schedules(ScheduleStore(artifacts), jobs))


def _schedules(
    store: ScheduleStore, jobs: Sequence[dg.JobDefinition]
) -> list[dg.ScheduleDefinition]:
    """The schedules of workflows that are here; their state is what their maker has set."""
    by_id = {
        (job.tags.get(tags.ORGANIZATION_ID), job.tags.get(tags.WORKFLOW_PERMANENT_ID)): job
        for job in jobs
    }
    found = []
    for stored in store.everything():
        job = by_id.get((stored.organization_id, stored.workflow_permanent_id))
        if job is not None:
            found.append(_schedule(stored, job))
    return found


def _schedule(stored: StoredSchedule, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    status = dg.DefaultScheduleStatus
    return dg.ScheduleDefinition(
        name=stored.dagster_name,
        job=job,
        cron_schedule=stored.cron_expression,
        execution_timezone=stored.timezone,
        run_config=run_config(stored.parameters),
        tags={
            tags.ORGANIZATION_ID: stored.organization_id,
            tags.KIND: "workflow_run",
            tags.SCHEDULE_ID: stored.workflow_schedule_id,
        },
        description=stored.description or stored.name,
        default_status=status.RUNNING if stored.enabled else status.STOPPED,
    )


def _job(stored: StoredWorkflow) -> dg.JobDefinition | None:
    try:
        workflow = stored.load()
    except DefinitionError:
        return None
    return build_job(
        workflow,
        name=stored.name,
        job_tags={
            tags.WORKFLOW_VERSION: str(stored.version),
            tags.ORGANIZATION_ID: stored.organization_id,
        },
    )


def __getattr__(name: str) -> dg.Definitions:
    """``defs``, made when a code server asks for it."""
    if name == "defs":
        return served_definitions()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
