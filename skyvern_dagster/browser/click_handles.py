"""Puts elements that are clickable only by script or cursor into the snapshot's tree.

Playwright's snapshot folds ``<span onclick=…>Menu</span>`` into the text around it and gives an
icon of no size no ref. Such elements get a ref of ours (``x3``; in a frame ``e45x3``, after the
ref of its iframe) and a node in their place.
"""

from __future__ import annotations

from collections.abc import Iterable

from skyvern_dagster.browser.aria_tree import AriaNode
from skyvern_dagster.browser.page_details import ElementDetails, FrameDetails


def add_click_handles(nodes: list[AriaNode], details: FrameDetails, frame_ref: str = "") -> None:
    """Adds the frame's handles to its nodes, in place.

    Args:
        nodes: Top-level nodes of the frame.
        details: What the frame told; its ``handles`` come in document order.
        frame_ref: Ref of the iframe that holds the frame; empty for the page itself.
    """
    top = AriaNode("document", children=nodes)
    parents: dict[str, AriaNode] = {}
    by_ref: dict[str, AriaNode] = {}
    _index(top, parents, by_ref)
    for handle in details.handles:
        if handle.get("ref") in by_ref or _adopts(by_ref, top, handle, details, frame_ref):
            continue
        node = _node_of(handle, frame_ref)
        parent = next((by_ref[ref] for ref in handle["parents"] if ref in by_ref), top)
        _insert(parent, node, parents, by_ref.get(handle["after"]))
        parents[node.ref] = parent


def _index(node: AriaNode, parents: dict[str, AriaNode], by_ref: dict[str, AriaNode]) -> None:
    for child in node.children:
        if child.ref:
            parents[child.ref] = node
            by_ref[child.ref] = child
        if child.role != "iframe":
            _index(child, parents, by_ref)


def _adopts(
    by_ref: dict[str, AriaNode],
    top: AriaNode,
    handle: ElementDetails,
    details: FrameDetails,
    frame_ref: str,
) -> bool:
    """Gives the ref to the node that the snapshot shows for this element without a ref."""
    scope = next((by_ref[ref] for ref in handle["parents"] if ref in by_ref), top)
    for node in _refless(scope.children):
        if node.role == handle.get("role") and details.of(node) is handle:
            node.flags["ref"] = frame_ref + handle["x"]
            return True
    return False


def _refless(nodes: Iterable[AriaNode]) -> Iterable[AriaNode]:
    for node in nodes:
        if not node.ref and node.role != "text":
            yield node
            yield from _refless(node.children)


def _node_of(handle: ElementDetails, frame_ref: str) -> AriaNode:
    x, y, width, height = handle["box"]
    return AriaNode(
        handle.get("role", "generic"),
        name=handle["text"],
        flags={"ref": frame_ref + handle["x"], "box": f"{x},{y},{width},{height}", "cursor": ""},
    )


def _insert(
    parent: AriaNode, node: AriaNode, parents: dict[str, AriaNode], after: AriaNode | None
) -> None:
    if parent.text:
        parent.children.insert(0, AriaNode("text", name=parent.text))
        parent.text = ""
    position = 0 if after is None else _position_after(parent, after, parents)
    for index in range(position, len(parent.children)):
        text = parent.children[index]
        if text.role == "text" and node.name and node.name in text.name:
            before, _, behind = text.name.partition(node.name)
            parent.children[index : index + 1] = [
                *_text_nodes(before),
                node,
                *_text_nodes(behind),
            ]
            return
    parent.children.insert(position, node)


def _position_after(parent: AriaNode, after: AriaNode, parents: dict[str, AriaNode]) -> int:
    child: AriaNode | None = after
    while child is not None and parents.get(child.ref) is not parent:
        child = parents.get(child.ref)
        if child is not None and not child.ref:
            child = None
    if child is None:
        return 0
    return parent.children.index(child) + 1


def _text_nodes(text: str) -> list[AriaNode]:
    return [AriaNode("text", name=text.strip())] if text.strip() else []
