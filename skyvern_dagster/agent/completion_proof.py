"""What proves a completion, whoever claims it, and what can't."""

from __future__ import annotations

import re

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.proof_text import folded, shown_first, shows
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.complaints import complains
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.wanted_item import wanted_item

_NUMBERED = re.compile(
    r"([^\W\d_]{3,})\s+(?:no\.?|nr\.?|n°|#)?\s?([a-z]{0,3}-?\d+)(?![\w.,:/-]*\d)"
)
"""A thing with its number; what has more figures behind it is a date."""


def disproved(text: str, observation: Observation, goal: Goal) -> str:
    """Why a text is no proof although the page shows it; empty where nothing speaks against it."""
    if is_error(observation.http_status or 0):
        return f"{observation.url} answered HTTP {observation.http_status}"
    if complains(text, goal.navigation_goal):
        return f'"{text[:100]}" says that something went wrong'
    if text.rstrip().endswith(("?", "？", "؟")):
        return f'"{text[:100]}" is a question'
    wanted = wanted_item(goal.navigation_goal, goal.payload, goal.today).identifier
    named = numbers_like(text, wanted) if wanted else []
    if named and not any(mentions_identifier(_told(goal), number) for number in named):
        return f'"{text[:100]}" is about {named[0]}, and the task about {wanted}'
    if other := _other_number(text, _told(goal)):
        return f'"{text[:100]}" is about {other}'
    return ""


def called_draft(text: str, request: PlanRequest) -> str:
    """Why a text that says that something is a draft now is no proof; empty where it isn't so.

    On a page that spoke of a draft before, what is said of it may be that it is none any more.
    """
    draft = concept("state.draft")
    is_new = draft.mentioned(text) and not draft.mentioned(request.first_text)
    is_kept = concept("message.kept_as_draft").mentioned(text)
    if (is_new or is_kept) and not draft.mentioned(_told(request.goal)):
        return f'"{text[:100]}" says that it is a draft'
    return ""


def _other_number(text: str, told: str) -> str:
    """A number that a text gives to a thing (`Ticket 41`) to which the task gives another."""
    given = dict[str, set[str]]()
    for name, number in _NUMBERED.findall(folded(told)):
        given.setdefault(name, set()).add(number)
    found = _NUMBERED.findall(folded(text))
    if any(number in given.get(name, ()) for name, number in found):
        return ""
    return next(
        (
            f"{name} {number}, and the task about {min(given[name])}"
            for name, number in found
            if name in given and not mentions_identifier(told, number)
        ),
        "",
    )


def proves(text: str, request: PlanRequest) -> bool:
    """Whether a text shows now and came with what was done, or is the page that the goal names."""
    seen, goal = request.observation, request.goal
    if not shows(seen, text) or disproved(text, seen, goal) or called_draft(text, request):
        return False
    if not shown_first(request.first_text, text):
        return True
    headings = folded(" ".join(PageView(seen).main_headings))
    return folded(text) in folded(_told(goal)) and folded(text) in headings


def _told(goal: Goal) -> str:
    return " ".join((goal.navigation_goal, *(str(value) for _, value in flat_items(goal.payload))))
