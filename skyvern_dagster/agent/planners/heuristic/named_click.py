"""Clicking what a goal names, in the row that it names."""

from __future__ import annotations

import re

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.situation import FAIR, SURE, Situation, click
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.record import RecordSet
from skyvern_dagster.reading.records import regular_sets
from skyvern_dagster.reading.wanted_item import ordinal
from skyvern_dagster.reading.words import ALIKE, fold, overlap, stems, words

_EXACT = 0.2
"""For a label that is the name: before longer ones with the same words."""

_ELSEWHERE = frozenset({"banner", "navigation", "contentinfo"})
_ROWS = frozenset({"row", "listitem", "article", "treeitem", "gridcell"})


def press_named(situation: Situation, label: str) -> Plan | None:
    """Clicks what a goal names literally; of several alike, the one in the row it tells of."""
    if place := ordinal(label.partition(" ")[0]):
        return _press_nth(situation, place, label.partition(" ")[2])
    scored = [
        (overlap(label, one.label) + (_EXACT if fold(label) == fold(one.label) else 0.0), one)
        for one in situation.view.controls
    ]
    best = max((score for score, _ in scored), default=0.0)
    if best < ALIKE:
        return None
    alike = [one for score, one in scored if score == best]
    control = max(alike, key=lambda one: _told_of(situation, one))
    return click(
        control, Purpose.CLICK, f'is what the goal calls "{label}"', SURE if best >= 1 else FAIR
    )


def _press_nth(situation: Situation, place: int, noun: str) -> Plan | None:
    """Clicks what the n-th row of the only list of this kind leads to."""
    view = situation.view
    lists = [
        one
        for one in regular_sets(view, situation.today)
        if view.region(one.container) not in _ELSEWHERE and _is_of(one, noun)
    ]
    if len(lists) != 1 or len(lists[0].records) < place:
        return None
    row = lists[0].records[place - 1]
    controls = [control for node in row.nodes for control in view.controls_in(node)]
    if row.row is not None and len(controls) > 1:
        own = [cell.node for cell in row.row if overlap(noun, cell.column) >= ALIKE]
        controls = [control for node in own for control in view.controls_in(node)] or controls
    if len({control.url or control.ref for control in controls}) != 1:
        return None
    why = f"is number {place} of {lists[0].under or lists[0].name or 'the list'}"
    return click(controls[0], Purpose.CLICK, why, SURE)


def _is_of(one: RecordSet, noun: str) -> bool:
    """Whether a list holds what a goal speaks of: by its heading, its name, its columns."""
    said = stems(re.split(rf"\b(?:{concept('word.relation').terms.pattern})\b", fold(noun))[0])
    told = stems(" ".join((one.under, one.name, *one.columns)))
    return bool(said) and said <= told | stems(" ".join(word_list("items")["record_words"]))


def _told_of(situation: Situation, control: Control) -> int:
    """How many words of the goal stand in the control's row."""
    said = set(words(situation.goal.navigation_goal))
    for above in situation.view.ancestors(control.node):
        if above.role in _ROWS:
            return len(said.intersection(words(situation.view.text(above))))
    return 0
