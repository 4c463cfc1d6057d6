"""The elements that decisions name, as values."""

from __future__ import annotations

from skyvern_dagster.browser.observation import Observation

_LONGEST = 60
"""Characters of an element's text that stand for its name: enough to tell two rows apart in a log
line of 100, few enough that a card's whole text doesn't drown it."""

_ROWS = frozenset({"row", "listitem", "article", "treeitem", "option", "menuitem", "gridcell"})
"""What there are several of, alike but for their words."""


def label_of(ref: str, observation: Observation) -> str:
    """What an element is called on a page: its name, else its title, its hint or its text.

    Empty where the page doesn't show it, or where it has no words.
    """
    node = observation.find(ref)
    if node is None:
        return ""
    return node.name or node.title or node.placeholder or node.full_text[:_LONGEST]


def row_words(ref: str, observation: Observation) -> str:
    """The words of the row or entry that an element stands in: they tell apart what has no name."""
    rows = [
        node
        for node in observation.root.walk()
        if node.role in _ROWS and any(each.ref == ref for each in node.walk())
    ]
    texts = (node.full_text[:_LONGEST] for node in reversed(rows))  # the innermost first
    return next(filter(None, texts), "")
