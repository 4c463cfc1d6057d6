"""Chaining planners: the first that is sure enough decides, and the step says who and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skyvern_dagster.agent.decisions import Terminate
from skyvern_dagster.agent.learner import Learner, learner_of
from skyvern_dagster.agent.planner import Declined, Plan, Planner, PlanRequest, Usage

SURE_ENOUGH = 0.5
"""More for than against: the least with which a plan is carried out. Planners give their plans a
confidence in relation to it (`heuristic.situation`)."""
SURE_TO_GIVE_UP = 0.85
"""Giving a task up has to be surer than going on, while there is somebody else to ask."""


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

    def learner(self) -> Learner | None:
        """The learner of the first planner that has one."""
        learners = (learner_of(planner) for planner in self._planners)
        return next((learner for learner in learners if learner is not None), None)

    async def plan(self, request: PlanRequest) -> Plan:
        """The first plan that is sure enough; else one without decisions that says why not.

        A planner that would give the task up without being sure is overruled by a later one that
        knows how to go on; where none does, it is believed.

        Raises:
            PlannerError: A planner broke.
        """
        declined: list[Declined] = []
        spent = Usage()
        giving_up: Plan | None = None
        for planner in self._planners:
            plan = await planner.plan(request)
            spent += plan.usage
            if plan.failure is not None:
                return replace(plan, usage=spent, declined=tuple(declined))
            if plan.decisions and plan.confidence >= self._sure_enough:
                if planner is self._planners[-1] or not _gives_up_unsure(plan):
                    return replace(plan, usage=spent, declined=tuple(declined))
                giving_up = giving_up or plan
            declined.append(Declined(planner.name, plan.reasoning, plan.diverged))
        if giving_up is not None:
            others = tuple(each for each in declined if each.planner != giving_up.planner)
            return replace(giving_up, usage=spent, declined=others)
        reasons = dict.fromkeys(each.reason for each in declined)
        return Plan((), 0.0, "; ".join(reasons), self.name, spent, declined=tuple(declined))


def _gives_up_unsure(plan: Plan) -> bool:
    return plan.confidence < SURE_TO_GIVE_UP and any(
        isinstance(decision, Terminate) for decision in plan.decisions
    )
