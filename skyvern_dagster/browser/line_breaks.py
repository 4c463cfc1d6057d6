"""Parts words that only a line break keeps apart.

Playwright's snapshot writes ``Ada Lovelace<br>Vienna`` as ``Ada LovelaceVienna``: a name, a street
or a number that no page shows.
"""

from __future__ import annotations

from collections.abc import Iterable

from skyvern_dagster.browser.aria_tree import AriaNode


def part_words(node: AriaNode, pairs: Iterable[tuple[str, str]]) -> None:
    """Writes a blank between words of a node and of what is below it, in place.

    Args:
        node: The nearest one around the line breaks.
        pairs: The last word before each line break, and the first one behind it.
    """
    parted = [(before + after, f"{before} {after}") for before, after in pairs]
    _part(node, parted)


def _part(node: AriaNode, parted: list[tuple[str, str]]) -> None:
    for glued, apart in parted:
        node.text = node.text.replace(glued, apart)
        node.name = node.name.replace(glued, apart)
    for child in node.children:
        _part(child, parted)
