"""A planner that follows a script: the test double for users' own tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from skyvern_dagster.agent.decisions import Decision
from skyvern_dagster.agent.planner import Plan, PlanRequest

ScriptStep = Sequence[Decision] | Callable[[PlanRequest], Sequence[Decision]]
"""Decisions, or a function that makes them from what the planner sees (to look up refs)."""


class ScriptedPlanner:
    """Plays one script step per request, the same script again for each task.

    Args:
        script: Steps in order. A step that is a function gets the request.

    Example:
        >>> from skyvern_dagster.agent.decisions import Complete, Goto
        >>> planner = ScriptedPlanner([[Goto(url="https://example.com/")], [Complete()]])
    """

    name = "scripted"

    def __init__(self, script: Iterable[ScriptStep]) -> None:
        self._script = tuple(script)

    async def plan(self, request: PlanRequest) -> Plan:
        """The script's step for this point of the task; unsure once the script has ended."""
        position = len(request.history)
        if position >= len(self._script):
            return Plan((), 0.0, f"the script has only {len(self._script)} steps", self.name)
        step = self._script[position]
        decisions = step(request) if callable(step) else step
        return Plan(tuple(decisions), 1.0, f"step {position} of the script", self.name)
