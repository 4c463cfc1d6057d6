"""Whether a record is known to have no document, or only none was found.

A run that says "there is none" is complete without one: that needs more than a look in vain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.denied_document import (
    is_denied_column,
    is_of_documents,
)
from skyvern_dagster.agent.planners.heuristic.document_click import FOR_DOCUMENTS, GOOD
from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind, documents
from skyvern_dagster.agent.planners.heuristic.record_openers import controls_of
from skyvern_dagster.agent.planners.heuristic.situation import Situation, unsure
from skyvern_dagster.agent.planners.heuristic.unexplored import speaks_of, unexplored
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import CELL_ROLES, RECORD_ROLES
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.record_part import RecordPart, is_about
from skyvern_dagster.reading.text_lengths import SENTENCES
from skyvern_dagster.reading.words import clip, fold

_ERROR = 160
"""Characters of what went wrong, in a reason."""
_MOST_NEIGHBOURS = 50
"""Rows that are looked at for how a document is offered: a page of a list."""
_KEEPING = ("forbidden", "transient", "session_expired")
"""What a page says that doesn't show all that there is."""


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


def doubt_of_absence(situation: Situation, parts: Sequence[RecordPart], kind: DocumentKind) -> str:
    """Why the pages don't show that the record has none, as a sentence's rest; empty: they do.

    They do where its own page, or its panel, was opened and offers nothing that wasn't tried or
    isn't known to be something else, and where a neighbour in the same list shows what a document
    would look like, and in what place.

    Args:
        situation: The page, the goal and what was tried.
        parts: The parts of the page that are about the record: its place in the list, its panels.
        kind: The document that is looked for.
    """
    if told := _kept_back(situation):
        return f'the page says "{told}"'
    if any(_neighbour_has(situation, one, kind) for one in parts if not one.is_page):
        return ""
    own = _own_nodes(situation, parts)
    if not own:
        return "nothing there says that there is none"
    if situation.memory.purposes(Purpose.DOCUMENTS_LIST):
        return "documents are kept elsewhere, too"
    if told := speaks_of(situation, lambda text: is_of_documents(text, kind)):
        return f'the page says "{told}"'
    left = unexplored(situation, own, kind)
    return f'"{left}" was not tried' if left else ""


def _kept_back(situation: Situation) -> str:
    """What says that there may be documents that aren't shown: no permission, an error."""
    for text in (*situation.view.messages, *situation.view.paragraphs):
        denied = any(concept(f"message.{one}").mentioned(text) for one in _KEEPING)
        if len(text) <= SENTENCES and denied and not concept("message.empty").mentioned(text):
            return clip(text)
    return ""


def _own_nodes(situation: Situation, parts: Sequence[RecordPart]) -> list[Node]:
    """The record's own page, or its panel that was opened; none where there is only a line.

    That a line is the page's only record isn't enough: so is the only row of a list that was
    searched.
    """
    place, *panels = parts
    opened = bool(situation.memory.done(Purpose.DETAILS))
    if is_about(situation.view, situation.intent.record_id) or (place.is_page and opened):
        return [situation.view.root]
    shown = [node for one in panels for node in one.nodes] if opened else []
    return [*place.nodes, *shown] if shown else []


def _neighbour_has(situation: Situation, place: RecordPart, kind: DocumentKind) -> bool:
    """Whether a neighbour offers a document in a place in which this record has nothing."""
    own = place.nodes[0]
    beside = list(_neighbours(situation, place))
    named = {fold(one.label) for node in beside for one in situation.view.controls_in(node)}
    for one in controls_of(situation, place):
        # Whole cells and rows that can be clicked are so in each record.
        if one.node.role in CELL_ROLES | RECORD_ROLES or not situation.untried(one):
            continue
        if not one.label or fold(one.label) not in named:
            return False
    return any(_lacks(situation, own, node, kind) for node in beside)


def _lacks(situation: Situation, own: Node, other: Node, kind: DocumentKind) -> bool:
    view = situation.view
    found = [one for one in documents(view, (other,), kind, lone=True) if one.score >= GOOD]
    if not found:
        return False
    if own.role != "row" or len(own.children) != len(other.children):
        return not is_of_documents(view.text(own), kind)
    at = next(
        (place for place, cell in enumerate(other.children)
         if view.holds(cell, found[0].control.node)), None
    )  # fmt: skip
    return at is not None and is_denied_column(view, own.children[at], kind)


def _neighbours(situation: Situation, place: RecordPart) -> Iterator[Node]:
    """The records beside this one, built like it."""
    own = place.nodes[0]
    if own.role not in RECORD_ROLES or (parent := situation.view.parent(own)) is None:
        return
    alike = [one for one in parent.children if one.role == own.role and one is not own]
    yield from alike[:_MOST_NEIGHBOURS]
