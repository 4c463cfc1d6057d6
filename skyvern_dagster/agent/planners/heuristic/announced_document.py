"""A document that is offered elsewhere than where it was asked for: in a message, or in a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.decisions import Download, SelectOption
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.document_click import click_for_file
from skyvern_dagster.agent.planners.heuristic.documents import Document, DocumentKind
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, act
from skyvern_dagster.agent.proof_text import folded
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node, Option
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.complaints import complains
from skyvern_dagster.reading.concepts import PARTLY, concept
from skyvern_dagster.reading.controls import Control, Input, is_file_address
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.text_lengths import MESSAGE

_ASKING = frozenset({Purpose.DOCUMENT, Purpose.REQUEST_DOCUMENT})
_LEVELS = 3
"""Above a link: its sentence, its message, and a box in between."""
_GOOD = 0.6
"""Of an announced document: as good as what stands beside a record, and gets a file."""
_NAMED = 0.45
"""The same as for a control in a record's own row (`documents`)."""


def announced(situation: Situation, kind: DocumentKind) -> Plan | None:
    """The link of a message that came up when the document was asked for: a toast, a line."""
    said = list(_said_since(situation))
    if not said or any(complains(text) for text in said):
        return None
    texts = frozenset(folded(text) for text in said)
    found = [
        one
        for one in situation.view.controls
        if situation.untried(one)
        and not _in_record(situation, one)
        and any(folded(text) in texts for text in _around(situation, one))
        and _offers(situation, one, kind)
    ]
    if len({one.url or one.ref for one in found}) != 1:
        return None
    return click_for_file(Document(found[0], _GOOD, "came up when the document was asked for"))


def _said_since(situation: Situation) -> Iterator[str]:
    """What the page said since the document was asked for on it."""
    asked = False
    for step, action in situation.memory.actions:
        asked |= action.decision.purpose in _ASKING and step.url == situation.url
        if asked:
            yield from action.result.text_appeared


def _in_record(situation: Situation, control: Control) -> bool:
    return any(one.role in RECORD_ROLES for one in situation.view.ancestors(control.node))


def _around(situation: Situation, control: Control) -> Iterator[str]:
    yield control.label
    for above in list(situation.view.ancestors(control.node))[:_LEVELS]:
        if len(text := situation.view.text(above)) <= MESSAGE:
            yield text


def _offers(situation: Situation, control: Control, kind: DocumentKind) -> bool:
    """Whether a link is called after getting a file, and names no other record."""
    wanted = situation.intent.record_id
    named = numbers_like(control.label, wanted) if wanted else []
    if named and not any(mentions_identifier(one, wanted) for one in named):
        return False
    label = control.label
    gets = concept("doc.get").score(label) >= PARTLY or kind.score(label) >= _NAMED
    return gets or is_file_address(control.url) or "download" in control.node.attributes


def by_option(situation: Situation, nodes: Sequence[Node], kind: DocumentKind) -> Plan | None:
    """Chooses the document in a list of documents, and what stands beside it to get it."""
    view = situation.view
    for field in view.inputs:
        if not any(view.holds(node, field.node) for node in nodes):
            continue
        named = [one for one in field.node.options if _is_document(one, kind)]
        if len(named) != 1 or not _lists_documents(situation, field, kind):
            continue
        if not named[0].selected and not _was_chosen(situation, field, named[0]):
            why = f'Document: "{named[0].label}" of {field}'
            choice = SelectOption(
                ref=field.ref, label=named[0].label, reasoning=why, purpose=Purpose.DOCUMENT
            )
            return act([choice], why, LIKELY)
        if named[0].selected and (button := _beside(situation, field)):
            why = f"Document: {button} gets what {field} says"
            return act(
                [Download(ref=button.ref, reasoning=why, purpose=Purpose.DOCUMENT)], why, LIKELY
            )
    return None


def _is_document(option: Option, kind: DocumentKind) -> bool:
    other = concept("doc.other").score(option.label) if not kind.wording else 0.0
    unlike = not kind.wording and concept("doc.unlike_invoice").mentioned(option.label)
    return kind.score(option.label) >= max(_NAMED, other) and not unlike


def _lists_documents(situation: Situation, field: Input, kind: DocumentKind) -> bool:
    """Whether a list's options are documents of one record, and no filter by their kind."""
    labels = " ".join((field.label, *(one.label for one in field.node.options)))
    gets = concept("doc.get").mentioned(labels) or concept("doc.area").mentioned(field.label)
    in_row = any(one.role in RECORD_ROLES for one in situation.view.ancestors(field.node))
    return field.node.tag == "select" and (gets or (in_row and kind.is_named(labels)))


def _was_chosen(situation: Situation, field: Input, option: Option) -> bool:
    return any(
        isinstance(one.decision, SelectOption)
        and (one.decision.ref, one.decision.label) == (field.ref, option.label)
        for one in situation.memory.purposes(Purpose.DOCUMENT)
    )


def _beside(situation: Situation, field: Input) -> Control | None:
    """The one button behind a list, within what holds both and nothing else that can be chosen."""
    view = situation.view
    for above in view.ancestors(field.node):
        if [one for one in view.inputs if view.holds(above, one.node)] != [field]:
            return None
        behind = [
            one
            for one in view.controls_in(above)
            if one.position > field.position
            and one.node.role == "button"
            and situation.untried(one)
        ]
        if behind:
            return behind[0] if len(behind) == 1 else None
    return None
