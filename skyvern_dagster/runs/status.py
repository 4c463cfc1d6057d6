"""A Dagster run's status in Skyvern's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import dagster as dg

from skyvern_dagster.execution import tags

RunStatus = Literal[
    "created", "queued", "running", "paused", "completed", "failed", "terminated", "canceled",
    "timed_out",
]  # fmt: skip

FINAL: frozenset[RunStatus] = frozenset(
    {"completed", "failed", "terminated", "canceled", "timed_out"}
)

ENDED: tuple[dg.DagsterRunStatus, ...] = (
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
)
"""Dagster's statuses of runs that are over."""

GOING_ON: tuple[dg.DagsterRunStatus, ...] = (
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
"""Dagster's statuses of runs that have a process."""

UNFINISHED: tuple[dg.DagsterRunStatus, ...] = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    *GOING_ON,
)
"""Dagster's statuses of runs that wait or go on."""

EXIT_CODES: dict[RunStatus, int] = {"completed": 0, "terminated": 3, "paused": 5, "canceled": 130}
"""Exit status of ``skyvern-dagster run``; 1 for anything else."""

EXIT_INCOMPLETE = 4
"""Of a run that has completed and lacks some of its items."""


def attempt_tags(run: dg.DagsterRun) -> Mapping[str, str]:
    """The run's tags, unless they still speak of the run that it re-executes."""
    spoken_of = run.tags.get(tags.ATTEMPT, run.tags.get(tags.FORMER_ATTEMPT))
    return run.tags if spoken_of == run.run_id else {}


def run_status(run: dg.DagsterRun) -> RunStatus:
    """Canceled first, then what the run's ending tagged, then Dagster's own status.

    What ran out of time may have been ended by Dagster as if a person had canceled it.
    """
    match run.status:
        case dg.DagsterRunStatus.CANCELED:
            timed_out = attempt_tags(run).get(tags.STATUS) == "timed_out"
            return "timed_out" if timed_out else "canceled"
        case dg.DagsterRunStatus.SUCCESS:
            return "completed"
        case dg.DagsterRunStatus.FAILURE:
            match attempt_tags(run).get(tags.STATUS):
                case "terminated":
                    return "terminated"
                case "timed_out":
                    return "timed_out"
                case "paused":
                    return "paused"
                case "canceled":
                    return "canceled"
                case _:
                    return "failed"
        case dg.DagsterRunStatus.QUEUED:
            return "queued"
        case dg.DagsterRunStatus.NOT_STARTED | dg.DagsterRunStatus.MANAGED:
            return "created"
        case _:
            return "running"
