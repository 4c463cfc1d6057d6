"""What a run's record and its event log say, and what is added to them from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.events import EngineEventData

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo


def newest_run_with_tag(instance: dg.DagsterInstance, key: str, value: str) -> dg.DagsterRun | None:
    """The newest run that carries a tag."""
    runs = instance.get_runs(filters=dg.RunsFilter(tags={key: value}), limit=1)
    return runs[0] if runs else None


def run_ids(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> list[str]:
    """Ids of runs, oldest first, without their records."""
    return list(reversed(instance.get_run_ids(filters)))


def step_key(context: dg.OpExecutionContext) -> str:
    """The key under which the event log knows this step: ``download[07]``."""
    return context.get_step_execution_context().step.key


def step_has_succeeded(instance: dg.DagsterInstance, run_id: str, key: str) -> bool:
    """Whether a run's event log says so of a step."""
    records = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
    return any(record.step_key == key for record in records)


def ended_by_process(instance: dg.DagsterInstance, run_id: str) -> int | None:
    """The process that said first how a run has ended; ``None`` if it was said from outside."""
    ends = {
        dg.DagsterEventType.RUN_SUCCESS,
        dg.DagsterEventType.RUN_FAILURE,
        dg.DagsterEventType.RUN_CANCELED,
    }
    first = instance.all_logs(run_id, of_type=ends)
    event = first[0].dagster_event if first else None
    return None if event is None else event.pid


def root_cause(error: SerializableErrorInfo) -> str:
    """What an op raised; Dagster wraps it in errors of its own."""
    while error.cause is not None and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    return error.message.strip()


def report_note(
    instance: dg.DagsterInstance, run: dg.DagsterRun, message: str, metadata: Mapping[str, str]
) -> None:
    """Adds an engine event to a run's log from outside of the run's process."""
    data = EngineEventData(metadata={key: dg.MetadataValue.text(metadata[key]) for key in metadata})
    instance.report_engine_event(message, dagster_run=run, engine_event_data=data)


def report_canceling(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Says that a person wants a run to end, so that its end counts as ``CANCELED``."""
    instance.report_run_canceling(run)


def report_canceled(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Says that a run whose process is gone was canceled."""
    instance.report_run_canceled(run)
