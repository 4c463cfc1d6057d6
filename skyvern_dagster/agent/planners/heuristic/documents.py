"""Which control of a record gives the wanted document, and not the neighbour's or another kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from skyvern_dagster.agent.planners.heuristic.candidate import score_of
from skyvern_dagster.agent.planners.heuristic.phrases import named_after
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, PARTLY, concept, word_list
from skyvern_dagster.reading.controls import Control, is_file_address
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.words import clip, fold, overlap, words

_GETS = 0.5
"""A word for getting a file ("download") weighs half of what an address that says the file does."""

_NAMED = 0.3
"""Any mention: 0.35 is the least that one scores."""
_IN_ADDRESS = 0.35
"""A name in an address is worth the least that a mention in a label is."""
_PDF_ADDRESS = 0.2
"""An address that ends in ``.pdf`` says a file, not which: less than a name. With a name beside it,
it is as good as a label that says the document among other words."""
_ONLY_ADDRESS = 0.2
"""Without words of its own or around it, a control needs an address that says a file."""
_LONGEST_LABEL = 120
"""Characters: a title of a document with its number and date. Longer ones are whole cards, which
are links to a page. Arbitrary above the 60 of a label."""

_SAID = 0.6
"""A label with a format that the goal names (`XML`), beside one without."""

_OTHER_WORD = 0.15
"""More than a word for getting adds to a name."""

_OUTSIDE = frozenset({"navigation", "banner", "contentinfo"})


_MAX_CONTEXT = 160
"""Characters of what stands around a bare `PDF`: a row of a table with five columns. Longer
texts are about several things. 100 and 260 do as well on the page tests."""


_PLAINLY = 0.73
"""A little over three fifths of a link's letters: without a word for getting, a link outside a
record's own row has to be called like the document and hardly anything else. At 0.6, `Request
invoice` would be clicked for the file; 0.85 does as well on the page tests."""


_CONTROLS = frozenset({"link", "button", "menuitem"})
"""What is made to be clicked, wherever it lies."""

_ANY_FILE = frozenset({"file", "document", "pdf", "it", "them", "files", "documents", "pdf file"})
"""What a goal may call a document without saying which."""


@dataclass(frozen=True)
class Document:
    """A control that gives (or leads to) the wanted document; ``score`` as in ``ranking.yaml``."""

    control: Control
    score: float
    why: str


@dataclass(frozen=True)
class DocumentKind:
    """The document that the goal asks for: a concept, or words where it isn't an invoice.

    Attributes:
        said: What the goal itself calls it, of the words that the concept has: a receipt stands
            beside the invoice.
        formats: Of data, where the goal names one: `XML`.
        anything: Whether the goal says no more than that it is a document.
    """

    concept: str
    wording: str = ""
    said: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    anything: bool = False

    def score(self, text: str) -> float:
        """How plainly a text names it."""
        if self.wording:
            return overlap(self.wording, text)
        return concept(self.concept).score(text)

    def is_named(self, text: str) -> bool:
        """Whether a text names it at all."""
        return self.score(text) > _NAMED

    def is_said(self, text: str) -> bool:
        """Whether a text calls it as the goal does."""
        return bool(self.said & set(words(text)))

    @property
    def name(self) -> str:
        """What to call it in a reason."""
        return self.wording or self.concept.rpartition(".")[2]


def wanted_document(instructions: str) -> DocumentKind:
    """The document that a goal names; the invoice unless it plainly says another."""
    plain = fold(instructions)
    unlike = concept("doc.unlike_invoice").mentioned(instructions)
    said = frozenset(one.group() for one in concept("doc.invoice").terms.finditer(plain))
    if said and not unlike:
        formats = frozenset(words(plain)) & frozenset(word_list("items")["data_formats"])
        return DocumentKind("doc.invoice", said=said, formats=formats)
    wording = next(iter(named_after("download", instructions, 50)), "")
    wording = concept("doc.other").term(wording) or wording  # `delivery note of order A-2`
    if not wording or fold(wording) in _ANY_FILE:
        return DocumentKind("doc.invoice", anything=bool(wording))
    return DocumentKind("", wording)


def documents(
    view: PageView, nodes: Sequence[Node], kind: DocumentKind, *, lone: bool
) -> list[Document]:
    """The controls in a part of the page that may give the document, best first.

    ``lone`` says that the part is one record's row or card, where a bare ``PDF`` is its invoice.
    """
    candidates = []
    for node in nodes:
        is_outside = node.role in _OUTSIDE or view.region(node) in _OUTSIDE  # a drawer
        for control in view.controls_in(node):
            if control.region in _OUTSIDE and not is_outside:
                continue
            if node is view.root and control.position < _first_heading(view):
                continue
            document = _rate(view, control, kind, nodes, lone=lone)
            if document:
                candidates.append(document)
    if any(kind.is_said(one.control.label) for one in candidates):
        candidates = [_otherwise_named(one, kind) for one in candidates]
    unique = {id(document.control.node): document for document in _innermost(view, candidates)}
    return sorted(unique.values(), key=lambda document: document.score, reverse=True)


def _is_head(view: PageView, node: Node) -> bool:
    """Whether a control names a column, which a click sorts by: `Invoice no.`."""
    return node.role == "columnheader" or any(
        above.role == "columnheader" for above in view.ancestors(node)
    )


def _is_box(view: PageView, control: Control) -> bool:
    """Whether what can be clicked is a part of the page with a heading, and controls or no more."""
    node = control.node
    heading = next((below for below in node.walk() if below.role == "heading"), None)
    if node.role in _CONTROLS or heading is None:
        return False
    inner = any(one.node is not node for one in view.controls_in(node))
    return inner or fold(view.label(heading)) == fold(control.label)


def _innermost(view: PageView, candidates: Sequence[Document]) -> list[Document]:
    """Without what can be clicked, too, and holds the control that is meant."""
    outer = {
        id(above)
        for one in candidates
        if one.control.node.role in _CONTROLS
        for above in view.ancestors(one.control.node)
    }
    return [one for one in candidates if id(one.control.node) not in outer]


def _otherwise_named(one: Document, kind: DocumentKind) -> Document:
    """Less, where a label has another word of that meaning, and one beside it the goal's own."""
    label = one.control.label
    other = kind.is_named(label) and not kind.is_said(label)
    return replace(one, score=one.score - _OTHER_WORD) if other else one


def _first_heading(view: PageView) -> int:
    """Where the content of a page without landmarks begins."""
    if any(node.role == "main" for node in view.nodes) or view.root.role != "document":
        return -1
    headings = [node for node in view.nodes if node.role == "heading" and (node.level or 2) == 1]
    return view.position(headings[0]) if headings else -1


def _rate(
    view: PageView, control: Control, kind: DocumentKind, nodes: Sequence[Node], *, lone: bool
) -> Document | None:
    title = control.node.title if control.node.title != control.label else ""
    label = f"{control.label} {title}".strip()
    if (
        concept("nav.danger").score(label) >= MOSTLY
        or control.node.role in {"option", "tab"}
        or _is_head(view, control.node)
        or _is_box(view, control)
        or len(label) > _LONGEST_LABEL
    ):
        return None
    if _is_other(label, kind) or _is_other(control.path_words, kind):
        return None
    said = _SAID if kind.formats & set(words(label)) else 0.0
    named = max(kind.score(label), kind.score(control.label), said)
    gets = concept("doc.get").score(label)
    address = _address_score(control, kind)
    saves = _file_words(control, label)
    if named >= (0.45 if lone or gets or address else _PLAINLY):
        both = {"named_and_gets": 1.0} if gets or address else {}
        features = {"named": named, "is_named": 1.0, **both, **saves}
        return _document(control, features, f"is named like the {kind.name}")
    if gets >= PARTLY or address or control.node.attributes.get("download") is not None:
        base = {"gets": gets} if _GETS * gets >= address else {"address": address}
        around = _around(view, control, kind, nodes, max(_GETS * gets, address), lone=lone)
        return _document(control, {**base, **saves, **around[0]}, around[1]) if around else None
    return None


def _file_words(control: Control, label: str) -> dict[str, float]:
    """Whether a control says that a file comes, or only that something is shown."""
    if is_file_address(control.url):
        return {"saves": 1.0, "file_address": 1.0}
    if concept("doc.save").mentioned(f"{label} {control.path_words}"):
        return {"saves": 1.0}
    return {"shows": 1.0} if concept("nav.details").mentioned(label) else {}


def _document(control: Control, features: dict[str, float], why: str) -> Document:
    return Document(control, score_of("document", features), why)


def _is_other(text: str, kind: DocumentKind) -> bool:
    if not text or kind.wording or kind.anything:
        return False
    if concept("doc.unlike_invoice").mentioned(text):
        return True
    if concept("doc.other").term(text) in kind.formats:
        return False
    other = concept("doc.other").score(text)
    return other > 0 and other >= kind.score(text)


def _address_score(control: Control, kind: DocumentKind) -> float:
    score = 0.0
    if control.path_words and kind.is_named(control.path_words):
        score += _IN_ADDRESS
    if control.url.lower().partition("?")[0].endswith(".pdf"):
        score += _PDF_ADDRESS
    return score


def _around(
    view: PageView,
    control: Control,
    kind: DocumentKind,
    nodes: Sequence[Node],
    base: float,
    *,
    lone: bool,
) -> tuple[dict[str, float], str] | None:
    """Of what a bare ``PDF`` or ``Download`` is: what stands around it says it."""
    for above in view.ancestors(control.node):
        text = view.text(above)
        inside = any(view.holds(node, above) for node in nodes)
        if not inside or len(text) > _MAX_CONTEXT:
            break
        if kind.is_named(text):
            others = [one for one in view.controls_in(above) if _is_other(one.label, kind)]
            among = {"among_others": 1.0} if others else {}
            return {"beside_name": 1.0, **among}, f'stands beside "{clip(text, 40)}"'
        if _is_other(text, kind) and not lone:
            return None
    heading = view.heading_above(control.node)
    if kind.is_named(heading):
        return {"below_name": 1.0}, f'stands below "{clip(heading, 40)}"'
    if _is_other(heading, kind) or base < _ONLY_ADDRESS or _is_about_files(control):
        return None
    return {"in_record" if lone else "on_page": 1.0}, "is the download beside this record"


def _is_about_files(control: Control) -> bool:
    """Whether a download is of an app or a catalogue rather than of a record."""
    return any(
        word in fold(control.label)
        for word in ("app", "catalog", "katalog", "brochure", "ios", "android")
    )
