"""Puts elements that are clickable only by script or cursor into the snapshot's tree.

Playwright's snapshot folds ``<span onclick=…>Menu</span>`` into the text around it and gives an
icon of no size no ref. Such elements get a ref of ours (``x3``; in a frame ``e45x3``, after the
ref of its iframe) and a node in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from skyvern_dagster.browser.aria_tree import AriaNode
from skyvern_dagster.browser.page_details import ElementDetails, FrameDetails

_NAMED_BY_CONTENT = frozenset({"cell", "gridcell", "columnheader", "rowheader"})


def add_click_handles(nodes: list[AriaNode], details: FrameDetails, frame_ref: str = "") -> None:
    """Adds the frame's handles to its nodes, in place.

    Args:
        nodes: Top-level nodes of the frame.
        details: What the frame told; its ``handles`` come in document order.
        frame_ref: Ref of the iframe that holds the frame; empty for the page itself.
    """
    tree = _Tree(AriaNode("document", children=nodes))
    for handle in details.handles:
        known = tree.by_ref.get(handle.get("ref", ""))
        node = known or _adopted(tree, handle, frame_ref)
        if node is None:
            if "field" in handle:
                continue
            node = _node_of(handle, frame_ref)
            _insert(tree, node, tree.scope_of(handle), tree.before(handle))
            tree.take_in(node, handle.get("holds", ()))
        tree.by_ref[handle["x"]] = node


class _Tree:
    """A frame's nodes by ref, with their parents."""

    def __init__(self, top: AriaNode) -> None:
        self.top = top
        self.by_ref: dict[str, AriaNode] = {}
        self.parents: dict[int, AriaNode] = {}
        self._index(top)

    def scope_of(self, handle: ElementDetails) -> AriaNode:
        """The innermost node around an element."""
        around = (self.by_ref[ref] for ref in handle["parents"] if ref in self.by_ref)
        return next(around, self.top)

    def before(self, handle: ElementDetails) -> AriaNode | None:
        """The last node that begins before an element."""
        return next((self.by_ref[ref] for ref in handle["after"] if ref in self.by_ref), None)

    def take_in(self, node: AriaNode, refs: Iterable[str]) -> None:
        """Puts what an element holds below its node, where the snapshot left that out."""
        held = set(refs)
        for ref in refs:
            inner = self.by_ref.get(ref)
            parent = self.parents.get(id(inner)) if inner is not None else None
            if inner is None or parent is None or parent.ref in held:
                continue
            parent.children = [each for each in parent.children if each is not inner]
            node.children.append(inner)
            self.parents[id(inner)] = node

    def _index(self, node: AriaNode) -> None:
        for child in node.children:
            self.parents[id(child)] = node
            if child.ref:
                self.by_ref[child.ref] = child
            if child.role != "iframe":
                self._index(child)


def _adopted(tree: _Tree, handle: ElementDetails, frame_ref: str) -> AriaNode | None:
    """The node that the snapshot shows for this element without a ref; it gets the ref."""
    names = {"", handle["text"], handle["attributes"].get("aria-label", "")}
    names |= {handle.get(word, "") for word in ("title", "label", "placeholder")}
    scope = tree.scope_of(handle)
    role = handle.get("role", "generic")
    if role == "generic":
        # Only words tell one of those from another.
        names.discard("")
    for node in _refless(_behind(tree, scope, tree.before(handle))):
        if node.role == role and node.name in names:
            node.flags["ref"] = frame_ref + handle["x"]
            return node
    return None


def _behind(tree: _Tree, scope: AriaNode, before: AriaNode | None) -> list[AriaNode]:
    """What the scope holds after a node: of several that read alike, it is the next."""
    position = 0 if before is None else _position_after(tree, scope, before)
    return scope.children[position:]


def _refless(nodes: Iterable[AriaNode]) -> Iterable[AriaNode]:
    for node in nodes:
        if not node.ref and node.role != "text":
            yield node
            yield from _refless(node.children)


def _node_of(handle: ElementDetails, frame_ref: str) -> AriaNode:
    return AriaNode(
        handle.get("role", "generic"),
        name=handle["text"],
        flags={"ref": frame_ref + handle["x"], "cursor": ""},
    )


def _insert(tree: _Tree, node: AriaNode, parent: AriaNode, after: AriaNode | None) -> None:
    tree.parents[id(node)] = parent
    if parent.text:
        parent.children.insert(0, AriaNode("text", name=parent.text))
        parent.text = ""
    elif parent.name and not parent.children and _is_named_by_content(parent):
        parent.children.append(AriaNode("text", name=parent.name))
        parent.name = ""
    position = 0 if after is None else _position_after(tree, parent, after)
    for index in range(position, len(parent.children)):
        text = parent.children[index]
        place = _place_in(text.name, node.name) if text.role == "text" else None
        if place is not None:
            before, behind = text.name[: place.start()], text.name[place.end() :]
            parent.children[index : index + 1] = [*_text_nodes(before), node, *_text_nodes(behind)]
            return
    parent.children.insert(position, node)


def _place_in(text: str, name: str) -> re.Match[str] | None:
    """Where a text has a name, as words of its own."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) if name else None


def _is_named_by_content(node: AriaNode) -> bool:
    """Whether the name is what stands in it: a cell's, and that of a handle of ours."""
    ref = node.ref or ""
    return node.role in _NAMED_BY_CONTENT or (node.role == "generic" and "x" in ref)


def _position_after(tree: _Tree, parent: AriaNode, after: AriaNode) -> int:
    child: AriaNode | None = after
    while child is not None and tree.parents.get(id(child)) is not parent:
        child = tree.parents.get(id(child))
    if child is None:
        return 0
    return next(index for index, each in enumerate(parent.children) if each is child) + 1


def _text_nodes(text: str) -> list[AriaNode]:
    return [AriaNode("text", name=text.strip())] if text.strip() else []
