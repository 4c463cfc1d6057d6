"""Controls of which the text of a page tells no more than that they are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from skyvern_dagster.browser.nested_controls import control_name, is_control, is_field
from skyvern_dagster.browser.node_words import below, said_in
from skyvern_dagster.browser.observation import Box, Node, Observation

_SMALLEST = 4.0
"""CSS pixels: what is smaller is no control that people see."""
_ALIKE = 3
"""Controls of one hint: two (a handle on either side) can be told by their place, more can't."""
_NEAR = 3
"""Elements around a control in which its neighbours stand: its cell, its row, or its line."""


def placed(node: Node, x: float = 0.0, y: float = 0.0) -> Iterator[tuple[Node, Box]]:
    """Nodes in view and where they are in the picture: a frame's boxes begin at its corner."""
    box = node.box
    if box is not None:
        here = Box(box.x + x, box.y + y, box.width, box.height)
        if node.in_viewport and min(box.width, box.height) >= _SMALLEST:
            yield node, here
        if node.role == "iframe":
            x, y = here.x, here.y
    for child in node.children:
        yield from placed(child, x, y)


def untold_controls(observation: Observation) -> tuple[Node, ...]:
    """Controls in view that neither a name nor anything else tells.

    A field tells by what it holds, a link by where it leads, a part by the whole that has a name,
    an icon by the words of its class, and what is the only one without a name in its row or line by
    the words that stand there.
    """
    around = {id(child): node for node in observation.root.walk() for child in node.children}
    bare = [
        node
        for node, _ in placed(observation.root)
        if is_control(node) and _is_bare(node) and not _tells(node, observation.url)
    ]
    hints = Counter(_hint(node) for node in bare)
    return tuple(
        node
        for node in bare
        if not (_hint(node) and hints[_hint(node)] < _ALIKE)
        and not any(_names(whole, node) for whole in _nearest(node, around))
    )


def _is_bare(node: Node) -> bool:
    return not control_name(node).strip()


def _hint(node: Node) -> str:
    return node.attributes.get("hint", "")


def _tells(node: Node, url: str) -> bool:
    """Whether a control without a name says itself what it is."""
    leads = urlsplit(node.url or url)
    elsewhere = leads.path.strip("/") and leads.path != urlsplit(url).path
    holds = any(is_control(each) and not _is_bare(each) for each in below(node))
    return bool(node.value or node.options or elsewhere or holds)


def _nearest(node: Node, around: dict[int, Node]) -> Iterator[Node]:
    whole = around.get(id(node))
    for _ in range(_NEAR):
        if whole is None:
            return
        yield whole
        whole = around.get(id(whole))


def _names(whole: Node, node: Node) -> bool:
    """Whether what stands around a control tells which one it is."""
    if is_control(whole):
        return not _is_bare(whole)
    if not said_in(whole).strip():
        return False
    # Of several without a name, the hint, or what kind of field it is, tells them apart.
    alike = [
        each
        for each in below(whole)
        if is_control(each) and _is_bare(each) and _kind(each) == _kind(node)
    ]
    return len(alike) == 1


def _kind(node: Node) -> tuple[str, str]:
    return (node.role if is_field(node) else "", _hint(node))
