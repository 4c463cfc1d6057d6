"""Names in single braces, which other tools take for a value and Jinja for plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skyvern_dagster.workflow.declarations import Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding
from skyvern_dagster.workflow.invented_words import LOOP_NAMES
from skyvern_dagster.workflow.parameters import RESERVED_KEYS

_SINGLE = re.compile(r"(?<![{$])\$?\{\s*([A-Za-z_]\w*)((?:\.\w+|\[\w+\])*)\s*\}(?!\})")
_OPENING = re.compile(r"\{[{%#]")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}


def brace_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """A warning for each text with a known name, or a word for a loop's item, in single braces."""
    outputs = {f"{label}_output" for label in outline.labels}
    known = outline.keys | outline.labels | outputs | RESERVED_KEYS
    meant = {**LOOP_NAMES, **{name: name for name in known}}
    for block in outline.walk():
        for text in block.model.texts_in(block.fields):
            for found in _SINGLE.finditer(_without_templates(text.text)):
                if (name := meant.get(found.group(1))) is not None:
                    yield document.finding(
                        (*block.path, *text.path),
                        f"{found.group()!r} is plain text",
                        f"a value stands in double braces: {{{{ {name}{found.group(2)} }}}}",
                        "warning",
                    )


def _without_templates(text: str) -> str:
    """What a text says itself. In one pass: over REST, anybody writes texts."""
    kept, at = [], 0
    closings = dict(_CLOSING)
    for opening in _OPENING.finditer(text):
        closing = closings.get(opening[0])
        if opening.start() < at or closing is None:
            continue
        end = text.find(closing, opening.end())
        if end < 0:  # nor will there be one for those that follow
            del closings[opening[0]]
            continue
        kept.append(text[at : opening.start()])
        at = end + len(closing)
    return "".join([*kept, text[at:]])
