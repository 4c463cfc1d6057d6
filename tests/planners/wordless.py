"""A planner that is asked twice: once more with all sentences for people taken out of the history.

Whoever is planned for so proves that nothing is read back out of sentences: each plan has to be the
same without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from skyvern_dagster.agent.decisions import Decision, Terminate
from skyvern_dagster.agent.learner import Learner, learner_of
from skyvern_dagster.agent.planner import PastAction, PastStep, Plan, Planner, PlanRequest

ELSE = "said in other words"


class Wordless:
    """Stands around a planner that needs no model.

    Args:
        inner: Plans; it must give the same plan for the same request.
    """

    def __init__(self, inner: Planner) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        return self._inner.name

    def learner(self) -> Learner | None:
        return learner_of(self._inner)

    async def plan(self, request: PlanRequest) -> Plan:
        plan = await self._inner.plan(request)
        for words in ("", ELSE):
            history = tuple(_step(step, words) for step in request.history)
            again = await self._inner.plan(replace(request, history=history))
            assert substance(again) == substance(plan), (plan.reasoning, again.reasoning)
        return plan


def substance(plan: Plan) -> Any:
    """All of a plan that anything is done by."""
    failed = plan.failure.retryable if plan.failure is not None else None
    return [_bare(each) for each in plan.decisions], plan.confidence, plan.guarded, failed


def _bare(decision: Decision) -> dict[str, Any]:
    told = {"reasoning", "reason"} if isinstance(decision, Terminate) else {"reasoning"}
    return decision.model_dump(exclude=told)


def _step(step: PastStep, words: str) -> PastStep:
    actions = tuple(_action(action, words) for action in step.actions)
    return replace(step, actions=actions, problem=words if step.problem else "")


def _action(action: PastAction, words: str) -> PastAction:
    result = action.result
    return PastAction(
        action.decision.model_copy(update={"reasoning": words}),
        replace(result, message=words, error=words if result.error else ""),
        target=words,
        label=action.label,
    )
