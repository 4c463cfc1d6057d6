"""What a page shows, in the form that the proof of a completion is looked for in.

A model copies its proof from the page as it was told it: with a bar between the cells of a row and
refs at controls. Both that form and the plain text count.
"""

from __future__ import annotations

import re

from skyvern_dagster.browser.node_words import said_in
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.page_outline import page_outline
from skyvern_dagster.browser.table_cells import row_slots

_WHOLE_PAGE = 1_000_000
"""Tokens: more than any page has."""
_REF = re.compile(r" ?\[[a-z]{1,2}\d+(?:e\d+)?\]")
_ROUND_BARS = re.compile(r"\s*(?<!\\)\|\s*")


def shows(observation: Observation, text: str) -> bool:
    """Whether a page shows a text, white space, capitals and refs aside."""
    wanted = folded(text)
    if not wanted:
        return False
    if wanted in plain_text(observation):
        return True
    bare = _in_form(text)
    return bool(bare) and bare in _told(observation)


def shown_first(first_text: str, text: str) -> bool:
    """Whether a text stands in what :func:`proof_text` gave of an earlier look."""
    return folded(text) in first_text or _in_form(text) in first_text


def proof_text(observation: Observation) -> str:
    """Everything that a page shows, plain and as it is told."""
    return f"{plain_text(observation)}\n{_told(observation)}"


def plain_text(observation: Observation) -> str:
    """What a page shows, without its structure."""
    return folded(f"{observation.title} {observation.root.full_text}")


def folded(text: str) -> str:
    """A text without differences of white space and capitals."""
    return " ".join(text.split()).casefold()


def _told(observation: Observation) -> str:
    """The page as a model is told it, and its rows by what their cells say alone."""
    outline = page_outline(observation, (), _WHOLE_PAGE, all_rows=True).text
    rows = (
        "|".join(
            "" if slot.cell is None else said_in(slot.cell).replace("|", "\\|") for slot in slots
        )
        for slots in row_slots(observation.root).values()
    )
    return "\n".join(_in_form(line) for line in (*outline.splitlines(), *rows))


def _in_form(text: str) -> str:
    """Without refs, with nothing around the bars between cells."""
    bare = _REF.sub("", folded(text))
    # A bar at either end only says where the copy begins and ends.
    return _ROUND_BARS.sub("|", bare).strip("| ")
