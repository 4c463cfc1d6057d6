"""Clicking what a goal names, in the row that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of
from skyvern_dagster.agent.planners.heuristic.item_choice import fits_item
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    SURE,
    Situation,
    click,
    unsure,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.ordinals import ordinal
from skyvern_dagster.reading.own_part import own_part
from skyvern_dagster.reading.record import RecordSet
from skyvern_dagster.reading.records import regular_sets
from skyvern_dagster.reading.wanted_item import WantedItem, wanted_item
from skyvern_dagster.reading.words import ALIKE, fold, fold_in_place, overlap, stems, words

_EXACT = 0.2
"""For a label that is the name: before longer ones with the same words."""

_ELSEWHERE = frozenset({"banner", "navigation", "contentinfo"})
_PLAIN = (
    "word.article", "word.relation", "word.joint", "word.place", "page.orders", "page.invoices",
    "page.documents", "doc.invoice", "verb.click",
)  # fmt: skip
"""Concepts of words that say nothing of which one is meant."""


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
    control = _meant(situation, label, alike)
    if control is None:
        return unsure(
            f'{len(alike)} on {situation.url} are called "{label}"; it isn\'t clear which is meant'
        )
    return click(
        control, Purpose.CLICK, f'is what the goal calls "{label}"', SURE if best >= 1 else FAIR
    )


def _meant(situation: Situation, label: str, alike: Sequence[Control]) -> Control | None:
    """Of controls of one name, the one whose row or section is what the goal says of it."""
    view, told = situation.view, _beside(situation, label)
    if len({one.url or one.ref for one in alike}) == 1:
        known = f"{situation.request.observation.title} {view.page_text} {view.url}"
        return alike[0] if told.words - _whereabouts() <= stems(known) else None
    nodes = [one.node for one in alike]
    parts = [(own_part(view, one.node, nodes), one) for one in alike]
    if told.item.place or told.item.oldest:
        return None
    if told.item.identifier:
        number = told.item.identifier
        fits = [one for part, one in parts if mentions_identifier(view.text(part), number)]
    elif told.item:
        fits = [one for part, one in parts if fits_item(view, part, told.item, situation.today)]
    elif told.words:
        fits = [one for part, one in parts if told.words <= stems(view.text(part))]
    else:
        fits = []
    return fits[0] if len(fits) == 1 else None


@dataclass(frozen=True)
class _Told:
    """What a goal says of what it wants clicked, besides its name."""

    item: WantedItem
    words: frozenset[str]


def _whereabouts() -> frozenset[str]:
    """Stems of words that say where on a page something stands."""
    return stems(" ".join(word_list("restrictions")["whereabouts"]))


def _beside(situation: Situation, label: str) -> _Told:
    clauses = clauses_of(situation.intent.instructions)
    clause = next((one for one in clauses if label in one), "").replace(label, " ")
    plain = fold_in_place(clause)
    verb = concept("verb.click").terms.search(plain) or concept("verb.go").terms.search(plain)
    rest = clause[verb.end() :] if verb else clause
    said = [word for word in words(rest) if not any(concept(n).mentioned(word) for n in _PLAIN)]
    known = (*word_list("items")["record_words"], *word_list("restrictions")["plain"])
    telling = stems(" ".join(said)) - stems(" ".join(known))
    return _Told(wanted_item(rest, situation.goal.payload, situation.today), telling)


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
