"""Completions that no second opinion saves: what was done, or the page, speaks against them."""

from __future__ import annotations

import re

from skyvern_dagster.agent.completion_proof import called_draft, disproved
from skyvern_dagster.agent.decisions import Complete
from skyvern_dagster.agent.planner import PastAction, PlanRequest
from skyvern_dagster.agent.planners.llm.named_place import elsewhere
from skyvern_dagster.agent.proof_text import shows
from skyvern_dagster.agent.shown_before import has_page_act
from skyvern_dagster.agent.wanted_switch import WantedSwitch
from skyvern_dagster.reading.concepts import concept, concepts
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.words import fold

_LEAST_NAME = 3
"""Letters of a button's name that a goal may name: shorter ones stand in any text."""


def disbelief(complete: Complete, request: PlanRequest) -> str:
    """Why a completion can't be true, whatever a model says to it; empty where it may be."""
    if complete.shows and not shows(request.observation, complete.shows):
        return f'the page doesn\'t show "{complete.shows[:100]}"'
    if text := complete.shows:
        why = disproved(text, request.observation, request.goal) or called_draft(text, request)
        if why:
            return why
    if why := elsewhere(request):
        return why
    if WantedSwitch(request.goal).is_set(request.observation):
        return ""
    done = [action for step in request.history for action in step.actions]
    acts = [one for one in done if has_page_act(one.decision)]
    if not acts:
        return _unstarted(request)
    if not acts[-1].result.ok:
        return f"the last action failed: {acts[-1].result.error or acts[-1].result.message}"
    if not any(map(_had_effect, done)):
        return "nothing that was done has changed anything on the page"
    return ""


def _unstarted(request: PlanRequest) -> str:
    """Whether a goal asks for an act, where none was tried.

    A goal that names a place to go to may have been reached before the task began; then only a
    button that it says to press has to have been pressed.
    """
    goal = request.goal.navigation_goal
    said = fold(goal)
    pressed = any(
        len(name) >= _LEAST_NAME and re.search(rf"\b{re.escape(name)}\b", said)
        for one in PageView(request.observation).controls
        if one.node.role == "button" and (name := fold(one.label))
    )
    if concept("verb.go").mentioned(goal):
        is_open = pressed and concept("verb.click").mentioned(goal)
    else:
        asked = (*concepts("asked."), concept("goal.fill"), concept("goal.change"))
        is_open = pressed or any(one.mentioned(goal) for one in asked)
    return "nothing was done for it yet" if is_open else ""


def _had_effect(action: PastAction) -> bool:
    result = action.result
    moved = result.url_before not in ("", result.url_after)
    return result.ok and bool(result.page_changed or result.downloads or result.new_tab or moved)
