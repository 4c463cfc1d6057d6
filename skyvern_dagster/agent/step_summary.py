"""A step put together from what was planned and what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from skyvern_dagster.agent.decisions import Download
from skyvern_dagster.agent.executor import describe
from skyvern_dagster.agent.planner import PastAction, PastStep, Plan
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.task_ending import Ending
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.ids import new_id


def step_summary(
    order: int,
    observation: Observation,
    plan: Plan,
    actions: Sequence[PastAction],
    ending: Ending | None,
    *,
    started: float,
    doubts: Sequence[str],
) -> StepSummary:
    """The step as tables, answers and artifacts show it; its picture comes later.

    Args:
        order: Its place among the task's steps, from 0.
        observation: The page that was planned on.
        plan: What was wanted.
        actions: What was done.
        ending: The task's, where the step ended it.
        started: When the step began, by the monotonic clock.
        doubts: What people should know beside the plan's own notes.
    """
    failed = any(not action.result.ok for action in actions)
    return StepSummary(
        step_id=new_id("stp"),
        order=order,
        status="failed" if failed or plan.failure is not None else "completed",
        planner=plan.planner,
        url=observation.url,
        actions=tuple(describe(action.decision, observation) for action in actions),
        result=_outcome_line(plan, actions, ending),
        seconds=round(time.monotonic() - started, 3),
        input_tokens=plan.usage.input_tokens,
        output_tokens=plan.usage.output_tokens,
        cost_usd=plan.usage.cost_usd,
        cached_tokens=plan.usage.cached_tokens,
        model_calls=plan.usage.calls,
        declined=tuple(f"{each.planner}: {each.reason}" for each in plan.declined),
        notes=(*plan.notes, *doubts),
    )


def past_step(
    order: int, observation: Observation, plan: Plan, actions: Sequence[PastAction]
) -> PastStep:
    """The step as planners of later ones are told it."""
    return PastStep(
        order,
        observation.url,
        observation.title,
        plan.planner,
        tuple(actions),
        plan.usage,
        plan.failure.reason if plan.failure is not None else "",
        plan.reasoning,
        plan.judgement,
        plan.memory,
    )


def _outcome_line(plan: Plan, actions: Sequence[PastAction], ending: Ending | None) -> str:
    if plan.failure is not None:
        return plan.failure.reason
    if not actions:
        return f"not sure: {plan.reasoning}"
    last = actions[-1].result
    if not last.ok:
        return last.error or last.message
    if ending is not None:
        return ending.status if ending.reason is None else f"{ending.status}: {ending.reason}"
    if last.downloads:
        return "downloaded " + ", ".join(file.filename for file in last.downloads)
    if isinstance(actions[-1].decision, Download):
        return f"no file came: {last.message}"
    return last.message
