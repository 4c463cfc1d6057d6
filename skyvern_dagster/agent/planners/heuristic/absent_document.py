"""Whether a record is known to have no document, or only none was found.

A run that says "there is none" is complete without one: that needs more than a look in vain.
"""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.document_click import FOR_DOCUMENTS, GOOD
from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind, documents
from skyvern_dagster.agent.planners.heuristic.record_openers import controls_of
from skyvern_dagster.agent.planners.heuristic.situation import Situation, unsure
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.record_part import RecordPart, is_about
from skyvern_dagster.reading.words import clip

_ERROR = 160
"""Characters of what went wrong, in a reason."""
_MOST_NEIGHBOURS = 50
"""Rows that are looked at for how a document is offered: a page of a list."""


def could_not_get(situation: Situation, kind: DocumentKind) -> Plan | None:
    """The admission that something was tried for the document and went wrong.

    There may well be one: what comes last on the pages says nothing of it.
    """
    failed = [
        action.result
        for _, action in situation.memory.actions
        if action.decision.purpose in FOR_DOCUMENTS and not action.result.ok
    ]
    if not failed:
        return None
    told = clip(failed[-1].error or failed[-1].message, _ERROR)
    what = f"The {kind.name} of {situation.intent.record_id} could not be downloaded"
    return unsure(f"{what}: {told}")


def is_known_absent(situation: Situation, place: RecordPart, kind: DocumentKind) -> bool:
    """Whether the pages show that the record has none.

    They do where its own page was opened and offers none, and where a neighbour in the same list
    shows what a document would look like. What is there without a name may be the document.
    """
    controls = controls_of(situation, place)
    if any(not each.label and situation.untried(each) for each in controls):
        return False
    return _is_own_page(situation, place) or _neighbour_has(situation, place, kind)


def _is_own_page(situation: Situation, place: RecordPart) -> bool:
    """Whether the page is the record's: it was opened from it, or says so.

    That it is the page's only record isn't enough: so is the only row of a list that was searched.
    """
    opened = place.is_page and bool(situation.memory.done(Purpose.DETAILS))
    return opened or is_about(situation.view, situation.intent.record_id)


def _neighbour_has(situation: Situation, place: RecordPart, kind: DocumentKind) -> bool:
    view = situation.view
    return any(
        one.score >= GOOD
        for node in _neighbours(situation, place)
        for one in documents(view, (node,), kind, lone=True)
    )


def _neighbours(situation: Situation, place: RecordPart) -> Iterator[Node]:
    """The records beside this one, built like it."""
    own = place.nodes[0]
    if own.role not in RECORD_ROLES or (parent := situation.view.parent(own)) is None:
        return
    alike = [one for one in parent.children if one.role == own.role and one is not own]
    yield from alike[:_MOST_NEIGHBOURS]
