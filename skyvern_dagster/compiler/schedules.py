"""Schedules from a definition's ``dagster.schedule``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.partitioning import partitions_definition
from skyvern_dagster.workflow.dagster_section import DagsterSection, Schedule
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.partition_settings import (
    DynamicPartitions,
    Partitions,
    StaticPartitions,
    TimePartitions,
)

ScheduleLike = dg.ScheduleDefinition | Any


def build_schedule(workflow: Workflow, job: Any, *, graph: str | None) -> ScheduleLike | None:
    """The schedule that the definition asks for.

    Without partitions each tick is a run. With time partitions and no ``cron`` each partition is
    made when it has ended; with a ``cron`` each tick makes the last one that has. Of static and
    dynamic partitions each tick makes all.

    Args:
        job: The workflow's asset job, or its job where it is no asset.
        graph: Name of the graph behind the asset; ``None`` where it is no asset.
    """
    section = workflow.definition.dagster
    schedule = section.schedule
    if schedule is None:
        return None
    name = schedule.name or f"{workflow.name}_schedule"
    status = dg.DefaultScheduleStatus.RUNNING if schedule.running else _STOPPED
    partitions = section.partitions if graph else None
    if partitions is None:
        return dg.ScheduleDefinition(
            name=name,
            job=job,
            cron_schedule=str(schedule.cron),
            execution_timezone=schedule.timezone,
            run_config=_run_config(section, schedule, graph),
            default_status=status,
        )
    if schedule.cron is None or not isinstance(
        partitions, TimePartitions | StaticPartitions | DynamicPartitions
    ):
        return dg.build_schedule_from_partitioned_job(job, name=name, default_status=status)
    return _ticking(name, job, partitions, schedule, status)


_STOPPED = dg.DefaultScheduleStatus.STOPPED


def _ticking(
    name: str, job: Any, partitions: Partitions, schedule: Schedule, status: Any
) -> dg.ScheduleDefinition:
    def requests(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        keys = _due(context, partitions)
        if not keys:
            yield dg.SkipReason("there is no partition yet")
        at = context.scheduled_execution_time.isoformat()
        for key in keys:
            yield dg.RunRequest(run_key=f"{at}/{key}", partition_key=key)

    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=str(schedule.cron),
        execution_timezone=schedule.timezone,
        execution_fn=requests,
        default_status=status,
    )


def _due(context: dg.ScheduleEvaluationContext, partitions: Partitions) -> list[str]:
    definition = partitions_definition(partitions)
    if isinstance(definition, dg.DynamicPartitionsDefinition):
        return list(context.instance.get_dynamic_partitions(str(definition.name)))
    if isinstance(definition, dg.TimeWindowPartitionsDefinition):
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            last = definition.get_last_partition_key()
        return [last] if last else []
    return list(definition.get_partition_keys())


def _run_config(section: DagsterSection, schedule: Schedule, graph: str | None) -> dict[str, Any]:
    if graph is None:
        return run_config({**section.parameters, **schedule.parameters})
    return {"ops": {graph: {"config": dict(schedule.parameters)}}} if schedule.parameters else {}
