"""What proves a completion, whoever claims it, and what can't."""

from __future__ import annotations

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.proof_text import folded, shown_first, shows
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.complaints import complains
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.wanted_item import wanted_item


def disproved(text: str, observation: Observation, goal: Goal) -> str:
    """Why a text is no proof although the page shows it; empty where nothing speaks against it."""
    if is_error(observation.http_status or 0):
        return f"{observation.url} answered HTTP {observation.http_status}"
    if complains(text, goal.navigation_goal):
        return f'"{text[:100]}" says that something went wrong'
    wanted = wanted_item(goal.navigation_goal, goal.payload, goal.today).identifier
    named = numbers_like(text, wanted) if wanted else []
    if named and not any(mentions_identifier(_told(goal), number) for number in named):
        return f'"{text[:100]}" is about {named[0]}, and the task about {wanted}'
    return ""


def proves(text: str, request: PlanRequest) -> bool:
    """Whether a text shows now and came with what was done, or is the page that the goal names."""
    seen, goal = request.observation, request.goal
    if not shows(seen, text) or disproved(text, seen, goal):
        return False
    if not shown_first(request.first_text, text):
        return True
    headings = folded(" ".join(PageView(seen).main_headings))
    return folded(text) in folded(_told(goal)) and folded(text) in headings


def _told(goal: Goal) -> str:
    return " ".join((goal.navigation_goal, *(str(value) for _, value in flat_items(goal.payload))))
