"""What learns from a task while it goes on: the protocol, and how a planner offers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from skyvern_dagster.agent.planner import PastAction, Plan, Planner, PlanRequest


class Learner(Protocol):
    """Watches the steps of one task."""

    def note(self, request: PlanRequest, plan: Plan, actions: Sequence[PastAction]) -> None:
        """Looks at a step that was carried out."""
        ...

    def finish(self, *, completed: bool) -> str | None:
        """The task is over; gives one line for the log when something was learnt."""
        ...


@runtime_checkable
class Teaches(Protocol):
    """A planner that learns from what it and others did."""

    def learner(self) -> Learner | None:
        """A fresh learner for one task."""
        ...


def learner_of(planner: Planner) -> Learner | None:
    """A learner for a task that this planner plans, if it has one."""
    return planner.learner() if isinstance(planner, Teaches) else None
