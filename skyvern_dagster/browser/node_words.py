"""What a node of a page says: its texts, and the words for its state."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skyvern_dagster.browser.observation import Node

_GLYPHS = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
"""Private characters, which icon fonts draw as pictures: they say nothing."""
_LONGEST = 200
"""Characters of a name: two sentences."""
_LONGEST_TEXT = 400
"""Characters of a paragraph: five sentences."""


def node_text(node: Node) -> str:
    """The text of the node itself, shortened."""
    name, text = plain(node.name), plain(node.text)
    return name if not text or text == name else f"{name} {text}".strip()


def said_in(node: Node) -> str:
    """All that a node reads, with nothing left out because it was said before."""
    inner = " ".join(said_below(node))
    name = node.name
    if not inner or packed(name) == packed(inner):
        return plain(name or inner)
    return plain(inner if not name or packed(name) in packed(inner) else f"{name} {inner}")


def said_below(node: Node) -> Iterator[str]:
    """What stands in a node, piece by piece, its name left out."""
    if node.text:
        yield node.text
    for child in node.children:
        if text := said_in(child):
            yield text


def packed(text: str) -> str:
    """A text without its spaces, to compare what is laid out in different ways."""
    return "".join(text.split())


def below(node: Node) -> Iterator[Node]:
    """Everything inside a node, in document order."""
    for child in node.children:
        yield from child.walk()


def without_pictures(text: str) -> str:
    """A text without what icon fonts draw as pictures."""
    return _GLYPHS.sub(" ", text)


def takes_drops(node: Node) -> bool:
    """Whether something may be dragged there."""
    return node.attributes.get("droppable") == "true"


def state_words(node: Node) -> Iterator[str]:
    """A word for each thing that a node is at the moment."""
    states = {
        "checked": bool(node.checked),
        "selected": node.selected and node.role != "option",
        "expanded": bool(node.expanded),
        "collapsed": node.expanded is False,
        "pressed": bool(node.pressed),
        "disabled": node.disabled,
        "readonly": node.attributes.get("readonly") == "true"
        or node.attributes.get("aria-readonly") == "true",
        "multiple": node.attributes.get("multiple") == "true",
        "filled": node.attributes.get("filled") == "true",
        "draggable": node.attributes.get("draggable") == "true",
        "droppable": takes_drops(node),
        "required": node.required,
        "invalid": node.invalid,
        "focused": node.active,
        "covered": node.covered,
    }
    return (name for name, holds in states.items() if holds)


def quotable(text: str) -> str:
    """A text for between quotes."""
    flat = " ".join(_GLYPHS.sub(" ", text).split()).replace('"', "'")
    return flat if len(flat) <= _LONGEST else flat[:_LONGEST] + "…"


def plain(text: str) -> str:
    """A text that stands by itself, as it is: it may be data that is asked for."""
    flat = " ".join(_GLYPHS.sub(" ", text).split())
    return flat if len(flat) <= _LONGEST_TEXT else flat[:_LONGEST_TEXT] + "…"
