"""Chaining planners: the first that is sure enough decides, and the step says who and why."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.planner import Plan, Planner, PlanRequest, Usage

SURE_ENOUGH = 0.5


class PlannerPolicy:
    """Asks its planners in order and hands over while they are unsure.

    Args:
        planners: Cheapest first.
        sure_enough: Confidence from which a plan is taken.
    """

    def __init__(self, planners: Sequence[Planner], *, sure_enough: float = SURE_ENOUGH) -> None:
        self._planners = tuple(planners)
        self._sure_enough = sure_enough

    @property
    def name(self) -> str:
        """The chain, for instance ``replay>heuristic``."""
        return ">".join(planner.name for planner in self._planners)

    async def plan(self, request: PlanRequest) -> Plan:
        """The first plan that is sure enough; else one without decisions that says why not.

        Raises:
            PlannerError: A planner broke.
        """
        unsure: list[str] = []
        spent = Usage()
        for planner in self._planners:
            plan = await planner.plan(request)
            spent = _added(spent, plan.usage)
            if plan.decisions and plan.confidence >= self._sure_enough:
                return Plan(plan.decisions, plan.confidence, plan.reasoning, plan.planner, spent)
            unsure.append(plan.reasoning)
        return Plan((), 0.0, "; ".join(dict.fromkeys(unsure)), self.name, spent)


def _added(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.cost_usd + other.cost_usd,
    )
