"""Data without a record: a list may still be on its way, or may not be shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from skyvern_dagster.agent.decisions import Extract, Wait
from skyvern_dagster.agent.planner import LATE_SECONDS, Plan, PlanFailure, PlanRequest
from skyvern_dagster.agent.planners.heuristic.situation import situation_of
from skyvern_dagster.agent.planners.heuristic.unexplored import contradicted
from skyvern_dagster.reading.controls import same_page


def again_if_empty(plan: Plan, request: PlanRequest) -> Plan:
    """A plan that reads an empty list, as another look at it, the first time.

    What a page that complains holds isn't known by reading nothing there.
    """
    if not any(isinstance(one, Extract) and _is_empty(one.data) for one in plan.decisions):
        return plan
    url = request.observation.url
    waited = any(
        isinstance(action.decision, Wait) and same_page(step.url, url)
        for step in request.history
        for action in step.actions
    )
    if not waited:
        why = "Nothing was read: records may be on their way"
        return replace(plan, decisions=(Wait(seconds=LATE_SECONDS, reasoning=why),))
    told = contradicted(situation_of(request))
    if not told:
        return plan
    reason = f'nothing was read, and the page says "{told}"'
    return replace(plan, decisions=(), confidence=0.0, failure=PlanFailure(reason, retryable=True))


def _is_empty(data: Any) -> bool:
    """Whether data holds a list of records, and nothing in it or beside it."""
    if isinstance(data, dict):
        lists = [one for one in data.values() if isinstance(one, list)]
        return bool(lists) and not any(data.values())
    return isinstance(data, list) and not data
