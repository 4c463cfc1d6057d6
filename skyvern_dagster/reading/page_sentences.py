"""The sentences of a page that stand outside of its records and controls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.controls import CONTROL_ROLES, INPUT_ROLES
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.text_lengths import MESSAGE

SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
"""One sentence, with what ends it."""
_BESIDE = frozenset({"banner", "navigation", "contentinfo", "heading"})


def said_beside(view: PageView) -> Iterator[str]:
    """What a page says outside of its records, its controls and its headings, by sentences."""
    for node in view.nodes:
        text = view.text(node)
        if not 0 < len(text) <= MESSAGE or any(view.text(one) for one in node.children):
            continue
        around = {node.role, *(above.role for above in view.ancestors(node))}
        if not around & (RECORD_ROLES | CONTROL_ROLES | INPUT_ROLES | _BESIDE):
            yield from (one.group().strip() for one in SENTENCE.finditer(text))
