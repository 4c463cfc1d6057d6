"""A document whose button stands over the list, and is for the record that is selected in it."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Click
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.document_click import take_document
from skyvern_dagster.agent.planners.heuristic.documents import Document, DocumentKind, documents
from skyvern_dagster.agent.planners.heuristic.situation import FAIR, Situation, act
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import CELL_ROLES, RECORD_ROLES
from skyvern_dagster.reading.concepts import PLAINLY, concept
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.record_part import RecordPart


def of_selected(situation: Situation, place: RecordPart, kind: DocumentKind) -> Plan | None:
    """Selects the record, where the list has a button for its document; then takes that.

    The button is used only while the page says that this record, and no other, is selected.
    """
    row = place.nodes[0]
    if place.is_page or row.role not in RECORD_ROLES:
        return None
    buttons = _buttons(situation, kind)
    if not buttons and not _is_greyed(situation, kind):
        return None
    chosen = [one for one in situation.view.nodes if one.role in RECORD_ROLES and _is_chosen(one)]
    if chosen == [row]:
        return take_document(situation, buttons)
    if chosen or situation.memory.purposes(Purpose.SELECT_RECORD):
        return None
    return _select(situation, row)


def _buttons(situation: Situation, kind: DocumentKind) -> list[Document]:
    """Controls outside of all records that give the document, and not the list itself."""
    view = situation.view
    return [
        one
        for one in documents(view, (view.root,), kind, lone=True)
        if one.control.node.role == "button"
        and not _in_record(situation, one.control.node)
        and concept("doc.export").score(one.control.label) < PLAINLY
    ]


def _is_greyed(situation: Situation, kind: DocumentKind) -> bool:
    """Whether there is such a button that can't be used before something is selected."""
    view = situation.view
    greyed = (one for one in view.nodes if one.role == "button" and one.disabled)
    labels = (view.label(one) for one in greyed if not _in_record(situation, one))
    return any(
        kind.is_named(label) or concept("doc.get").score(label) >= PLAINLY for label in labels
    )


def _in_record(situation: Situation, node: Node) -> bool:
    return any(above.role in RECORD_ROLES for above in situation.view.ancestors(node))


def _is_chosen(row: Node) -> bool:
    """Whether a record is selected: it says so, or the box in front of it is ticked."""
    boxes = (below for below in row.walk() if below.role in {"checkbox", "radio"})
    return row.selected or any(box.checked for box in boxes)


def _select(situation: Situation, row: Node) -> Plan | None:
    """A click on the box in front of a record, else on the cell that holds its number."""
    boxes = [one for one in row.walk() if one.role in {"checkbox", "radio"} and one.ref]
    wanted = situation.intent.record_id
    cells = [
        one
        for one in row.children
        if one.role in CELL_ROLES
        and one.ref
        and mentions_identifier(situation.view.text(one), wanted)
    ]
    target = next(iter(boxes or cells), None)
    if target is None or target.ref is None:
        return None
    why = f"Select record: the button over the list is for the one that is selected, {wanted}"
    click = Click(ref=target.ref, reasoning=why, purpose=Purpose.SELECT_RECORD)
    return act([click], why, FAIR)
