"""What a page says of a record's document: that there is none, not yet, or not to be downloaded.

Only what is said of this record's document counts, not what is said of an article, of another kind
of document, or of another record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.cells import RECORD_ROLES, TABLE_ROLES
from skyvern_dagster.reading.concepts import ALMOST_ONLY, concept
from skyvern_dagster.reading.controls import CONTROL_ROLES, INPUT_ROLES
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.page_sentences import SENTENCE
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.text_lengths import FIELD_NAME, SENTENCES

_QUESTION = ("?", "？")
_STATES = ("doc.unavailable", "doc.on_paper")
_NOT_SAID = CONTROL_ROLES | INPUT_ROLES
_LEVELS = 2
"""Above a text, where what it is called stands beside it: its own line, and the line's box."""


def said_of_document(situation: Situation, nodes: Sequence[Node], kind: DocumentKind) -> str:
    """The sentence that says that the record has no such document; an empty text for none.

    Args:
        situation: The page and the goal.
        nodes: The part of the page that is about the record.
        kind: The document that is looked for.
    """
    view = situation.view
    for node in nodes:
        for below in node.walk():
            if not _is_text(view, below) or _is_of_another(situation, below):
                continue
            sentences = (one.group().strip() for one in SENTENCE.finditer(view.text(below)))
            if told := next((one for one in sentences if _denies(view, below, one, kind)), ""):
                return told
    return ""


def is_of_documents(text: str, kind: DocumentKind) -> bool:
    """Whether a name of a place is that of such documents, or of documents at all."""
    if _is_other(text, kind):
        return False
    return kind.is_named(text) or concept("doc.any").mentioned(text)


def _is_text(view: PageView, node: Node) -> bool:
    """Whether a node is a text of its own, and not all that stands in a part of the page."""
    if node.role in _NOT_SAID or not 0 < len(view.text(node)) <= SENTENCES:
        return False
    if any(below.role in _NOT_SAID | {"heading"} for below in node.walk() if below is not node):
        return False
    return not any(view.text(one) for one in node.children if one.children)


def _is_of_another(situation: Situation, node: Node) -> bool:
    """Whether a text, its line or the heading above it names another record, and not this one."""
    view, wanted = situation.view, situation.intent.record_id
    if not wanted:
        return False
    near = [view.text(node), view.heading_above(node)]
    around = map(view.text, list(view.ancestors(node))[:_LEVELS])
    near += [text for text in around if len(text) <= SENTENCES]
    for text in near:
        named = numbers_like(text, wanted)
        if named and not any(mentions_identifier(one, wanted) for one in named):
            return True
    return False


def _denies(view: PageView, node: Node, sentence: str, kind: DocumentKind) -> bool:
    """Whether a sentence denies the document, by its own words or by where it stands."""
    if sentence.endswith(_QUESTION) or find_amounts(sentence) or _is_other(sentence, kind):
        return False
    if concept("message.forbidden").mentioned(sentence):
        return False
    places = list(_places(view, node))
    if any(_is_other(place, kind) for place in places):
        return False
    named = kind.is_named(sentence) or concept("doc.any").mentioned(sentence)
    if concept("doc.none").mentioned(sentence):
        return named or not kind.wording
    about = named or any(is_of_documents(place, kind) for place in places)
    blank = concept("doc.blank").score(sentence) >= ALMOST_ONLY
    said = blank or any(concept(name).mentioned(sentence) for name in _STATES)
    return about and said


def _is_other(text: str, kind: DocumentKind) -> bool:
    """Whether a text names another kind of document, and not this one."""
    if kind.is_named(text):
        return False
    if kind.wording:
        return concept("doc.invoice").mentioned(text)
    return concept("doc.other").mentioned(text) or concept("doc.unlike_invoice").mentioned(text)


def _places(view: PageView, node: Node) -> Iterator[str]:
    """What the place of a text is called: its column, else the name before it and its heading."""
    place: Node | None = node
    for _ in range(_LEVELS + 1):
        if place is None or place.role in RECORD_ROLES:
            break
        if head := _column_name(view, place):
            yield head
            return
        if before := _before(view, place):
            yield before
        place = view.parent(place)
    if heading := view.heading_above(node):
        yield heading


def _before(view: PageView, node: Node) -> str:
    """The short text right before a text, as names stand before their values."""
    earlier = view.earlier(node)
    text = view.text(earlier[-1]) if earlier else ""
    return text if len(text) <= FIELD_NAME else ""


def _column_name(view: PageView, cell: Node) -> str:
    """The head of the column that a cell stands in, where its row has as many cells as the head."""
    row = view.parent(cell)
    if row is None or row.role != "row":
        return ""
    table = next((one for one in view.ancestors(row) if one.role in TABLE_ROLES), None)
    heads = (one for one in table.walk() if _is_head(one)) if table is not None else ()
    head = next(iter(heads), None)
    if head is None or len(head.children) != len(row.children):
        return ""
    at = next(place for place, one in enumerate(row.children) if one is cell)
    return view.text(head.children[at])


def _is_head(node: Node) -> bool:
    cells = node.children if node.role == "row" else ()
    return bool(cells) and all(one.role == "columnheader" for one in cells)


def is_denied_column(view: PageView, cell: Node, kind: DocumentKind) -> bool:
    """Whether a cell says that there is nothing in a column of documents, or is empty."""
    text = view.text(cell)
    if not text:
        return all(one.node is cell for one in view.controls_in(cell))
    return concept("doc.blank").score(text) >= ALMOST_ONLY or _denies(view, cell, text, kind)
