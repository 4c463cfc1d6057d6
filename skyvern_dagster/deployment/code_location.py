"""The code location behind the REST shim: stored workflows as jobs, and the two that interpret.

``skyvern-dagster serve`` loads ``skyvern_dagster.deployment.code_location:defs``. A deployment of
your own merges :func:`deployment_definitions` into its ``Definitions``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import dagster as dg

from skyvern_dagster.artifacts.run_request import RunOptions
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.interpreted import TASK_JOB, WORKFLOW_JOB, build_interpreted_job
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import stable_id
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.process.run_job import only_job
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.runs.request import begin, make_request
from skyvern_dagster.sensors.retention import build_retention_sensor
from skyvern_dagster.stores.schedules import ScheduleStore, StoredSchedule
from skyvern_dagster.stores.workflows import StoredWorkflow, WorkflowStore


def deployment_definitions(store: ArtifactStore | None = None) -> dg.Definitions:
    """Jobs for everything that the shim can be asked to run.

    In the process of a run, only that run's: the others may be hundreds, of other organizations.

    A stored definition that this version of the package can't compile is left out: it still runs
    (and says what is wrong) through the job that interprets.

    Args:
        store: Where the workflow store is; ``artifacts/`` of the home folder when left out.

    Example:
        .. code-block:: python

            defs = dg.Definitions.merge(my_definitions, deployment_definitions())
    """
    artifacts = store or ArtifactStoreResource().store()
    workflows = WorkflowStore(artifacts)
    jobs = [build_interpreted_job(name) for name in (TASK_JOB, WORKFLOW_JOB)]
    taken = {job.name for job in jobs}
    only = only_job()
    for stored in () if only in taken else workflows.everything():
        if only and stored.name != only:
            continue
        if stored.name in taken:  # the same file, imported for several organizations
            continue
        job = _job(stored)
        if job is not None:
            jobs.append(job)
            taken.add(stored.name)
    return dg.Definitions(
        jobs=jobs,
        schedules=[] if only else _schedules(artifacts, jobs),
        sensors=[] if only else [build_retention_sensor(store=artifacts)],
    )


def _schedules(
    artifacts: ArtifactStore, jobs: Sequence[dg.JobDefinition]
) -> list[dg.ScheduleDefinition]:
    """The schedules of workflows that are here; their state is what their maker has set."""
    by_id = {
        (job.tags.get(tags.ORGANIZATION_ID), job.tags.get(tags.WORKFLOW_PERMANENT_ID)): job
        for job in jobs
    }
    schedules = []
    for stored in ScheduleStore(artifacts).everything():
        job = by_id.get((stored.organization_id, stored.workflow_permanent_id))
        if job is not None:
            schedules.append(_schedule(stored, job, artifacts))
    return schedules


def _schedule(
    stored: StoredSchedule, job: dg.JobDefinition, artifacts: ArtifactStore
) -> dg.ScheduleDefinition:
    status = dg.DefaultScheduleStatus

    def ask(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return _run_request(stored, artifacts, context.scheduled_execution_time)

    return dg.ScheduleDefinition(
        name=stored.dagster_name,
        job=job,
        cron_schedule=stored.cron_expression,
        execution_timezone=stored.timezone,
        execution_fn=ask,
        description=stored.description or stored.name,
        default_status=status.RUNNING if stored.enabled else status.STOPPED,
    )


def _run_request(stored: StoredSchedule, artifacts: ArtifactStore, due: datetime) -> dg.RunRequest:
    """The run of a tick, with its records begun, so that it can be asked about from the queue on.

    A tick that is evaluated twice asks for the same run.
    """
    key = f"{stored.workflow_schedule_id}/{due.isoformat()}"
    run_id = stable_id("wr", key)
    workflow = WorkflowStore(artifacts).get(stored.organization_id, stored.workflow_permanent_id)
    loaded = workflow.load()
    asked = RunOptions(
        organization_id=stored.organization_id,
        title=stored.name or None,
        body={"parameters": stored.parameters, "title": stored.name},
    )
    request = make_request("workflow_run", run_id, asked, loaded, workflow)
    if secrets := ScheduleStore(artifacts).secrets(stored, server_secret):
        kept = RunSecrets(artifacts, server_secret())
        kept.keep(stored.organization_id, run_id, secrets)
    run_tags = begin(artifacts, request, loaded, stored.parameters)
    run_tags[tags.SCHEDULE_ID] = stored.workflow_schedule_id
    return dg.RunRequest(run_key=key, run_config=run_config(stored.parameters), tags=run_tags)


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
        return deployment_definitions()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
