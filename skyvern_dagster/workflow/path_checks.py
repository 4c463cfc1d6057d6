"""Whether values have the fields that texts take from them, where a definition says what they have.

A field that no value has is empty in the run: an address without its number, a message without its
sum. What a schema leaves open isn't looked at.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Sequence

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.missing_fields import MissingField, missing_fields
from skyvern_dagster.templating.rendering import is_template
from skyvern_dagster.templating.value_shape import ANYTHING
from skyvern_dagster.workflow.declarations import BlockOutline, Outline, ParameterOutline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean
from skyvern_dagster.workflow.name_shapes import NameShapes, Shapes, as_template

_MOST_TOLD = 8
"""Fields in a hint: those of a record; of more, nobody reads them all."""


def path_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """A warning for each field that will be empty."""
    yield from _PathChecks(outline, document).findings()


class _PathChecks:
    """Walks the blocks with what is known of the names at each."""

    def __init__(self, outline: Outline, document: Document) -> None:
        self._outline = outline
        self._document = document
        self._shapes = NameShapes(outline)
        self._looped_over = {
            str(block.fields.get("loop_over_parameter_key")) for block in outline.walk()
        }

    def findings(self) -> Iterator[Finding]:
        yield from self._contexts()
        yield from self._blocks(self._outline.blocks, ())

    def _blocks(
        self, blocks: Sequence[BlockOutline], loops: tuple[BlockOutline, ...]
    ) -> Iterator[Finding]:
        names = self._shapes.at(loops) if blocks else {}
        for block in blocks:
            for place, template in _templates(block):
                yield from self._texts(place, template, _before(block, names))
            if block.body:
                yield from self._contexts_of_items(block, names)
                yield from self._blocks(block.body, (*loops, block))

    def _texts(self, place: Path, template: str, names: Shapes) -> Iterator[Finding]:
        try:
            found = missing_fields(template, names)
        except TemplateError:  # which the check of names tells
            return
        for each in found:
            yield self._document.finding(place, *_told(each), severity="warning")

    def _contexts(self) -> Iterator[Finding]:
        """Context parameters are fields of what they come from; in loops over it, of its items."""
        for parameter in self._outline.parameters:
            if not parameter.source or parameter.source in self._looped_over:
                continue
            source = self._shapes.of_source(parameter.source)
            known = (source if source.inner is None else source.inner).fields
            if known is not None and parameter.key not in known:
                missing = MissingField(parameter.source, parameter.key, tuple(known))
                yield self._of_parameter(parameter, *_told(missing))

    def _contexts_of_items(self, loop: BlockOutline, names: Shapes) -> Iterator[Finding]:
        known = self._shapes.item(loop, names).fields
        source = loop.fields.get("loop_over_parameter_key")
        for parameter in self._outline.parameters if source and known is not None else ():
            if parameter.source == source and parameter.key not in (known or ()):
                missing = MissingField(parameter.source, parameter.key, tuple(known or ()))
                message = f"the items of {source!r} have no {parameter.key!r}"
                yield self._of_parameter(parameter, message, _hint(missing))

    def _of_parameter(self, parameter: ParameterOutline, message: str, hint: str) -> Finding:
        place = (*parameter.path, "source_parameter_key")
        return self._document.finding(place, message, hint, severity="warning")


def _before(block: BlockOutline, names: Shapes) -> Shapes:
    """The names at a block, which has no output yet."""
    own = {block.label: ANYTHING, f"{block.label}_output": ANYTHING}
    return ChainMap(own, names)


def _templates(block: BlockOutline) -> Iterator[tuple[Path, str]]:
    for text in block.model.texts_in(block.fields):
        place: Path = (*block.path, *text.path)
        if is_template(text.text):
            yield place, text.text
        elif block.model is ForLoopBlock and "." in text.text and " " not in text.text.strip():
            yield place, as_template(text.text)


def _told(missing: MissingField) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    if not missing.known:
        first = f"take one of its items: {missing.of}[0].{missing.name}"
        return f"{missing.of!r} is a list, which has no {missing.name!r}", first
    return f"{missing.of!r} has no {missing.name!r}: it will be empty", _hint(missing)


def _hint(missing: MissingField) -> str:
    known = sorted(missing.known)
    more = ", ..." if len(known) > _MOST_TOLD else ""
    return did_you_mean(missing.name, known) or f"it has: {', '.join(known[:_MOST_TOLD])}{more}"
