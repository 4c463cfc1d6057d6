"""Clicking what a goal names, in the row that it names."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.situation import FAIR, SURE, Situation, click
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.words import fold, overlap, words

_ROWS = frozenset({"row", "listitem", "article", "treeitem", "gridcell"})


def press_named(situation: Situation, label: str) -> Plan | None:
    """Clicks what a goal names literally; of several alike, the one in the row it tells of."""
    scored = [
        (overlap(label, one.label) + (0.2 if fold(label) == fold(one.label) else 0.0), one)
        for one in situation.view.controls
    ]
    best = max((score for score, _ in scored), default=0.0)
    if best < 0.6:
        return None
    alike = [one for score, one in scored if score == best]
    control = max(alike, key=lambda one: _told_of(situation, one))
    return click(
        control, Purpose.CLICK, f'is what the goal calls "{label}"', SURE if best >= 1 else FAIR
    )


def _told_of(situation: Situation, control: Control) -> int:
    """How many words of the goal stand in the control's row."""
    said = set(words(situation.goal.navigation_goal))
    for above in situation.view.ancestors(control.node):
        if above.role in _ROWS:
            return len(said.intersection(words(situation.view.text(above))))
    return 0
