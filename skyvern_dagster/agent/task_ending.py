"""How a task ended."""

from __future__ import annotations

from dataclasses import dataclass

from skyvern_dagster.agent.task import TaskError, TaskStatus


@dataclass(frozen=True)
class Ending:
    """How the agent's loop ended.

    Attributes:
        retryable: Whether a failure may go away by itself.
        infrastructure: Whether a failure is one of what the task stands on.
    """

    status: TaskStatus
    reason: str | None = None
    errors: tuple[TaskError, ...] = ()
    retryable: bool = True
    infrastructure: bool = False


def out_of_budget(code: str, reason: str) -> Ending:
    """The ending of a task that has used up its steps, its tries or its time.

    Args:
        code: Skyvern's for it: ``REACH_MAX_STEPS``, ``REACH_MAX_RETRIES``, ``REACH_MAX_TIME``.
        reason: Which budget it was, for people.
    """
    return Ending("failed", reason, (TaskError(code, reason),))
