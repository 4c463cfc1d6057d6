"""Following a run while it goes on, through Dagster's event log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import root_cause

Kind = Literal["started", "line", "finished", "failed", "retried"]


@dataclass(frozen=True)
class ProgressEvent:
    """One thing that happened in a run.

    Attributes:
        op: Name of the op.
        iteration: Mapping key, in a mapped loop.
        text: A log line, or why it failed.
        status: The block's outcome, where one is known.
        steps: Agent steps of a finished block.
        seconds: Duration of a finished block.
    """

    kind: Kind
    op: str
    iteration: str = ""
    text: str = ""
    status: str = ""
    steps: int | None = None
    seconds: float | None = None


class RunEvents:
    """Reads a run's events, each once.

    Args:
        instance: Where the run is.
        run_id: Dagster's run id.
    """

    def __init__(self, instance: dg.DagsterInstance, run_id: str) -> None:
        self._instance = instance
        self._run_id = run_id
        self._cursor: str | None = None
        self._metadata: dict[str, dict[str, Any]] = {}
        self._begun = False

    def new(self) -> Iterator[ProgressEvent]:
        """What has happened since the last call; nothing before the run has begun.

        Whoever reads first makes SQLite's file of the run's events. The process of the run, which
        is about to make it, would wait for that.
        """
        self._begun = self._begun or self._has_begun()
        while self._begun:
            connection = self._instance.get_records_for_run(
                self._run_id, cursor=self._cursor, limit=500
            )
            self._cursor = connection.cursor
            for record in connection.records:
                yield from self._event(record.event_log_entry)
            if not connection.has_more:
                return

    def _has_begun(self) -> bool:
        run = self._instance.get_run_by_id(self._run_id)
        return run is not None and run.status is not dg.DagsterRunStatus.NOT_STARTED

    def _event(self, entry: dg.EventLogEntry) -> Iterator[ProgressEvent]:
        op, iteration = split_step_key(entry.step_key or "")
        if entry.dagster_event is None:
            # What is below INFO is Dagster's IO managers talking.
            if op and entry.user_message and int(entry.level) >= logging.INFO:
                yield ProgressEvent("line", op, iteration, entry.user_message)
            return
        event = entry.dagster_event
        key = entry.step_key or ""
        match event.event_type:
            case dg.DagsterEventType.STEP_START:
                yield ProgressEvent("started", op, iteration)
            case dg.DagsterEventType.STEP_OUTPUT:
                metadata = event.step_output_data.metadata
                if "skyvern/status" in metadata:
                    self._metadata[key] = {name: each.value for name, each in metadata.items()}
            case dg.DagsterEventType.STEP_SUCCESS:
                metadata_of_step = self._metadata.pop(key, {})
                yield ProgressEvent(
                    "finished",
                    op,
                    iteration,
                    text=str(metadata_of_step.get("skyvern/failure_reason", "")),
                    status=str(metadata_of_step.get("skyvern/status", "")),
                    steps=metadata_of_step.get("steps"),
                    seconds=metadata_of_step.get("seconds"),
                )
            case dg.DagsterEventType.STEP_FAILURE:
                yield ProgressEvent("failed", op, iteration, _failure_text(event))
            case dg.DagsterEventType.STEP_UP_FOR_RETRY:
                yield ProgressEvent("retried", op, iteration)
            case _:
                return


def split_step_key(step_key: str) -> tuple[str, str]:
    """``download[07]`` -> ``("download", "07")``."""
    match = re.fullmatch(r"(.*?)(?:\[(.*)\])?", step_key)
    return (match.group(1), match.group(2) or "") if match else (step_key, "")


def last_failure(instance: dg.DagsterInstance, run_id: str) -> str:
    """Why a run failed, by its event log: the last failed step, else what ended the run."""
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    failures = instance.get_records_for_run(run_id, of_type=kinds, limit=100, ascending=False)
    events = [record.event_log_entry.get_dagster_event() for record in failures.records]
    for event in events:
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            said = event.step_failure_data.user_failure_data is not None
            text = _failure_text(event)
            return text if said else f"step {event.step_key!r} broke: {text}"
    return _run_failure_text(events[0]) if events else ""


def _failure_text(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    return root_cause(data.error) if data.error is not None else ""


def _run_failure_text(event: dg.DagsterEvent) -> str:
    # A run that was reported as failed from outside has a message only.
    error = event.job_failure_data.error if event.event_specific_data is not None else None
    if error is not None:
        return root_cause(error)
    message = str(event.message or "")
    return "" if message.startswith(_SAYS_NOTHING) else message


_SAYS_NOTHING = "This run has been marked as failed from outside"
"""How Dagster's code server puts it when a run's process has vanished."""
