"""Using a page's search."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Click, Decision, InputText
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    act,
    click,
    unsure,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import LOOSELY, MOSTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.page import PageView

_BY_ROLE = 0.8
"""What the page says to browsers: as good as a label of little more than the word."""


def search(situation: Situation, wording: str) -> Plan:
    """Types the wording into the page's search, opening it first where it is folded away."""
    field = search_field(situation.view)
    if field is None:
        return _open_search(situation, wording)
    why = f'Search: {field} takes "{wording}"'
    button = _button(situation.view, field)
    decisions: list[Decision] = [
        InputText(
            ref=field.ref,
            text=wording,
            press_enter=button is None,
            reasoning=why,
            purpose=Purpose.SEARCH,
        )
    ]
    if button:
        decisions.append(
            Click(ref=button.ref, reasoning=f"Search: {button} starts it", purpose=Purpose.SEARCH)
        )
    return act(decisions, why, SURE)


def search_field(view: PageView) -> Input | None:
    """The field that searches, by role, type or label."""
    scored = []
    for field in view.inputs:
        if not field.is_text or field.is_password:
            continue
        wanted = concept("paging.search")
        score = max(
            wanted.score(field.label),
            wanted.score(field.hints),
            wanted.score(field.node.placeholder),
        )
        if field.node.role == "searchbox" or field.node.input_type == "search":
            score = max(score, _BY_ROLE)
        scored.append((score, field))
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= LOOSELY else None


def _open_search(situation: Situation, wording: str) -> Plan:
    for control in situation.view.controls:
        if concept("paging.search").score(control.label) >= PLAINLY and situation.untried(control):
            return click(control, Purpose.OPEN_SEARCH, "opens the search", LIKELY)
    return unsure(f'There is no search on {situation.url} to look for "{wording}"')


def _button(view: PageView, field: Input) -> Control | None:
    for above in list(view.ancestors(field.node))[:3]:
        for control in view.controls_in(above):
            if (
                control.position > field.position
                and control.node.role == "button"
                and concept("paging.search").score(control.label) >= MOSTLY
            ):
                return control
    return None
