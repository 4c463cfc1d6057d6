"""Whether the names that blocks use exist at the point where they are used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from skyvern_dagster.blocks.block import DOWNLOAD_DIRECTORY, BlockText
from skyvern_dagster.blocks.context import CURRENT_NAMES
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.mail_account import SMTP_FIELDS
from skyvern_dagster.blocks.while_loop import WhileLoopBlock
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.compiled import known_filters, known_tests
from skyvern_dagster.templating.rendering import (
    is_template,
    names_asked_for,
    names_used,
    unknown_filters,
)
from skyvern_dagster.workflow.declarations import BlockOutline, Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean
from skyvern_dagster.workflow.flow_checks import in_order
from skyvern_dagster.workflow.invented_words import (
    FILTERS,
    FOREIGN_NAMES,
    LOOP_NAMES,
    meant_field,
)
from skyvern_dagster.workflow.parameters import (
    CREDENTIAL_KINDS,
    EMPTY_NAMES,
    RESERVED_KEYS,
    SECRET_KINDS,
)

_BEGINNINGS = re.compile(r"\{%-?\s*(?:if|for)\s")
_ENDS = re.compile(r"\{%-?\s*end(?:if|for)\b")
_LITERAL_HINTS = {
    "url": "for an address, write https://...",
    "loop_variable_reference": "",
    "recipients": "for an address, write name@example.com",
    "path": f"for a file, write {DOWNLOAD_DIRECTORY}/<name>",
    "file_attachments": f"for a file, write {DOWNLOAD_DIRECTORY}/<name>",
}
"""Fields in which a bare word can only be meant as a key, and how to say that it isn't."""


@dataclass(frozen=True)
class _Point:
    """A block as a point in the run.

    Attributes:
        known: Names that exist here; the set grows with the blocks that follow.
        own: Labels of the block, of what is in it and of the loops around it.
        loops: Labels of the loops around it: each stands for its current item.
        before: What the turn before this one has made, in a ``while_loop``.
    """

    block: BlockOutline
    known: AbstractSet[str]
    own: frozenset[str]
    loops: frozenset[str]
    before: frozenset[str] = frozenset()

    def place(self, text: BlockText) -> Path:
        return (*self.block.path, *text.path)


class NameChecks:
    """Walks the blocks in the order in which they run.

    Args:
        outline: What the document says.
        document: For places.
    """

    def __init__(self, outline: Outline, document: Document) -> None:
        self._outline = outline
        self._document = document
        self._outputs = _made_by(outline.labels)
        self._made: set[str] = set()
        self._keys = outline.keys
        self._in_loops = set(outline.keys | RESERVED_KEYS | EMPTY_NAMES)
        self._known = self._in_loops - CURRENT_NAMES
        self._secrets = {each.key for each in outline.parameters if each.kind in SECRET_KINDS}
        self._credentials = {
            each.key for each in outline.parameters if each.kind in CREDENTIAL_KINDS
        }
        self._origins = outline.origins

    def findings(self) -> Iterator[Finding]:
        """All of them, in document order."""
        yield from self._blocks(self._outline.blocks, frozenset())

    def _blocks(
        self,
        blocks: Sequence[BlockOutline],
        loops: frozenset[str],
        before: frozenset[str] = frozenset(),
    ) -> Iterator[Finding]:
        last = "" if loops else self._outline.finally_label
        for block in in_order(blocks, last):
            known = self._in_loops if loops else self._known
            counted = _own_names(block)
            turn = before | _made_in_turns(block)
            own = loops | {each.label for each in block.walk()}
            more = counted | turn
            point = _Point(block, known | more if more else known, own, loops, turn)
            yield from self._block(point)
            yield from self._blocks(block.body, loops | {block.label}, turn)
            if block.label:
                self._make(block.label)

    def _make(self, label: str) -> None:
        names = _made_by({label})
        self._made |= names
        self._in_loops |= names
        self._known |= names - CURRENT_NAMES

    def _block(self, point: _Point) -> Iterator[Finding]:
        block = point.block
        for text in block.model.texts_in(block.fields):
            yield from self._text(text, point)
        for key in block.model.keys_in(block.fields):
            if key.path[0] in SMTP_FIELDS:
                yield from self._smtp_key(key.text, point.place(key))
            else:
                yield from self._name(key.text, key, point)
        if block.model is ForLoopBlock:
            yield from self._list(block)

    def _text(self, text: BlockText, point: _Point) -> Iterator[Finding]:
        if is_template(text.text):
            yield from self._template(text, point)
        elif text.may_be_key and self._is_a_key(text, point):
            yield from self._name(text.text, text, point)
        elif _can_only_be_a_key(text, point.block):
            yield self._unknown(text.text, text, point, _LITERAL_HINTS[str(text.path[0])])

    def _is_a_key(self, text: BlockText, point: _Point) -> bool:
        """Of text that may be prose, the name of a later output is just a word."""
        is_name = text.text.endswith("_output") or _can_only_be_a_key(text, point.block)
        return text.text in point.known or (is_name and text.text in self._outputs)

    def _template(self, text: BlockText, point: _Point) -> Iterator[Finding]:
        try:
            if unknown := unknown_filters(text.text):
                for name in sorted(unknown):
                    yield self._document.finding(
                        point.place(text),
                        f"there is no filter or test {name!r}",
                        _filter_hint(name),
                    )
                return
            used = names_used(text.text)
        except TemplateError as error:
            yield self._document.finding(point.place(text), str(error), _syntax_hint(text.text))
            return
        asked_for = names_asked_for(text.text)
        for name in sorted(used):
            for finding in self._name(name, text, point):
                # A text that asks whether a name is there works without it.
                yield replace(finding, severity="warning") if name in asked_for else finding

    def _name(self, name: str, text: BlockText, point: _Point) -> Iterator[Finding]:
        if name in point.loops or (name == point.block.label and _counts_turns(point.block)):
            return
        origin = self._origins.get(name, name)
        is_made = origin in self._made or origin in point.before or origin in self._keys
        if origin in self._outputs and not is_made:
            yield self._too_early(name, origin, text, point)
        elif name not in point.known:
            yield self._unknown(name, text, point)

    def _unknown(self, name: str, text: BlockText, point: _Point, hint: str = "") -> Finding:
        place = point.place(text)
        if name in CURRENT_NAMES:
            return self._document.finding(place, f"{name!r} exists only inside a loop")
        similar = did_you_mean(name, [*point.known, *([DOWNLOAD_DIRECTORY] if hint else [])])
        if (meant := LOOP_NAMES.get(name)) in point.known:
            similar = f"did you mean {meant!r}?"
        similar = similar or FOREIGN_NAMES.get(name, "")
        if text.path[0] in point.block.model.parameter_fields:
            similar = similar or "declare it among the parameters"
        hints = ", ".join(filter(None, (similar, hint)))
        return self._document.finding(place, f"unknown name {name!r}", hints)

    def _too_early(self, name: str, origin: str, text: BlockText, point: _Point) -> Finding:
        subject = repr(name) if name == origin else f"{name!r} comes from {origin!r}, which"
        if origin in _made_by(point.own):
            message, hint = "is made by this very block", "use it in a later block"
        else:
            message, hint = "is made by a later block", "move that block before this one"
        said = f"{subject} {message}: here it is empty"
        return self._document.finding(point.place(text), said, hint, "warning")

    def _smtp_key(self, key: str, place: Path) -> Iterator[Finding]:
        if key in self._secrets:
            return
        what = "no aws_secret parameter"
        if key in self._credentials:
            what = "a credential, which is for web pages"
        hint = did_you_mean(key, self._secrets) or "declare it with parameter_type: aws_secret"
        yield self._document.finding(place, f"{key!r} is {what}", hint)

    def _list(self, block: BlockOutline) -> Iterator[Finding]:
        fields = block.fields
        named = ("loop_over_parameter_key", "loop_variable_reference")
        is_meant = any(meant_field(str(field), named) for field in fields)
        if not any(fields.get(name) for name in named) and not is_meant:
            yield self._document.finding(
                block.path,
                "the loop has no list",
                "it fails without: set loop_over_parameter_key or loop_variable_reference",
                severity="warning",
            )


def _own_names(block: BlockOutline) -> frozenset[str]:
    """A ``while_loop``'s condition may count its turns, by the loop's label as well."""
    return frozenset({"current_index"} if _counts_turns(block) else ())


def _counts_turns(block: BlockOutline) -> bool:
    return block.model is WhileLoopBlock


def _made_in_turns(block: BlockOutline) -> frozenset[str]:
    """What a turn of a ``while_loop`` finds of the one before it; empty in the first one."""
    is_while = block.model is WhileLoopBlock
    return (
        _made_by(each.label for inner in block.body for each in inner.walk())
        if is_while
        else (frozenset())
    )


def _can_only_be_a_key(text: BlockText, block: BlockOutline) -> bool:
    is_word = text.text.isidentifier() and text.text != DOWNLOAD_DIRECTORY
    is_key = text.path[0] in _LITERAL_HINTS and text.path[0] not in block.model.folder_fields
    return text.may_be_key and is_key and is_word


def _filter_hint(name: str) -> str:
    if (meant := FILTERS.get(name.casefold())) is not None:
        return f"did you mean {meant!r}?"
    if hint := did_you_mean(name, known_filters() | known_tests()):
        return hint
    return "those of Jinja are there, and json; a value's own methods, too: {{ name.split(',') }}"


def _syntax_hint(template: str) -> str:
    """What to do about a template that isn't one, where its braces say it."""
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        if template.count(opening) > template.count(closing):
            return f"what begins with {opening} ends with {closing}"
    begun = len(_BEGINNINGS.findall(template))
    if begun > len(_ENDS.findall(template)):
        return "each {% if %} and {% for %} has its {% endif %} and {% endfor %}"
    return ""


def _made_by(labels: Iterable[str]) -> frozenset[str]:
    """The names under which outputs can be referred to."""
    return frozenset(name for label in labels for name in (label, f"{label}_output"))
