"""Puts elements that are clickable only by script or cursor into the snapshot's tree.

Playwright's snapshot folds ``<span onclick=…>Menu</span>`` into the text around it and gives an
icon of no size no ref; a box that only wraps another one it leaves out. Such elements get a ref of
ours (``x3``; in a frame ``e45x3``, after the ref of its iframe) and a node in their place, around
what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from skyvern_dagster.browser.aria_tree import AriaNode
from skyvern_dagster.browser.page_details import ElementDetails, FrameDetails
from skyvern_dagster.browser.snapshot_tree import SnapshotTree

_HANDED_ON = frozenset({"tag", "box", "ref", "clickable"})
"""What is told of every element, or may be only that of the box around it."""
_NAMED_BY_CONTENT = frozenset({"cell", "gridcell", "columnheader", "rowheader"})


def add_click_handles(nodes: list[AriaNode], details: FrameDetails, frame_ref: str = "") -> None:
    """Adds the frame's handles to its nodes, in place.

    Args:
        nodes: Top-level nodes of the frame.
        details: What the frame told; its ``handles`` come in document order.
        frame_ref: Ref of the iframe that holds the frame; empty for the page itself.
    """
    tree = SnapshotTree(AriaNode("document", children=nodes))
    for handle in details.handles:
        known = tree.by_ref.get(handle.get("ref", ""))
        node = known or _adopted(tree, handle, frame_ref)
        if node is None:
            if "field" in handle:
                continue
            node = _node_of(handle, frame_ref)
            if inner := tree.first_in(handle):
                node = _around(tree, node, inner, handle, details)
            else:
                _insert(tree, node, handle)
                tree.take_in(node, handle.get("takes", ()))
        tree.by_ref[handle["x"]] = node


def _adopted(tree: SnapshotTree, handle: ElementDetails, frame_ref: str) -> AriaNode | None:
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


def _behind(tree: SnapshotTree, scope: AriaNode, before: AriaNode | None) -> list[AriaNode]:
    """What the scope holds after a node: of several that read alike, it is the next."""
    position = 0 if before is None else _position_after(tree, scope, before)
    return scope.children[position:]


def _refless(nodes: Iterable[AriaNode]) -> Iterable[AriaNode]:
    for node in nodes:
        if not node.ref and node.role != "text":
            yield node
            yield from _refless(node.children)


def _around(
    tree: SnapshotTree, node: AriaNode, ref: str, handle: ElementDetails, details: FrameDetails
) -> AriaNode:
    """The node of a box: put around what it holds or, where that only holds the rest, in its place.

    Args:
        tree: All nodes.
        node: What to put there.
        ref: Of what is first in the box.
        handle: What the frame told of the box.
        details: What it told of all.
    """
    inner = tree.by_ref[ref]
    if _says(inner) and node.role == "generic":
        node.name = ""
    told = details.by_ref.get(ref, {}).keys() - _HANDED_ON
    if tree.is_around(inner, handle):
        tree.fill(node, inner)
        tree.by_ref[ref] = node
        return node
    if "x" not in told:
        inner.flags.pop("cursor", None)
    box = tree.unnamed_around(inner, handle["text"])
    if box is None and "ref" not in handle and _is_unnamed(tree.parents[id(inner)]):
        box = tree.parents[id(inner)]  # several parts in it, of which some say other things
    if box is not None:
        box.flags |= node.flags
        return box
    if inner.role == "generic" and not inner.name and not told:
        tree.replace(inner, node)
        tree.by_ref[ref] = node
    else:
        tree.wrap(node, inner)
    return node


def _is_unnamed(node: AriaNode) -> bool:
    return node.role == "generic" and not node.ref


def _says(node: AriaNode) -> bool:
    return bool(node.name or node.text) or any(map(_says, node.children))


def _node_of(handle: ElementDetails, frame_ref: str) -> AriaNode:
    return AriaNode(
        handle.get("role", "generic"),
        name=handle["text"],
        flags={"ref": frame_ref + handle["x"], "cursor": ""},
    )


def _insert(tree: SnapshotTree, node: AriaNode, handle: ElementDetails) -> None:
    parent, after = tree.scope_of(handle), tree.before(handle)
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
        place = _place_in(text.name, node.name, handle) if text.role == "text" else None
        if place is not None:
            before, behind = text.name[: place.start], text.name[place.stop :]
            parent.children[index : index + 1] = [*_text_nodes(before), node, *_text_nodes(behind)]
            return
    parent.children.insert(position, node)


def _place_in(text: str, name: str, handle: ElementDetails) -> slice | None:
    """Where a text has a name, as words of its own; of what has none: behind what is before it."""
    if not name:
        lead = handle.get("lead", "")
        end = text.find(lead) + len(lead)
        return slice(end, end) if lead and end >= len(lead) else None
    place = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    return slice(*place.span()) if place else None


def _is_named_by_content(node: AriaNode) -> bool:
    """Whether the name is what stands in it: a cell's, and that of a handle of ours."""
    ref = node.ref or ""
    return node.role in _NAMED_BY_CONTENT or (node.role == "generic" and "x" in ref)


def _position_after(tree: SnapshotTree, parent: AriaNode, after: AriaNode) -> int:
    child: AriaNode | None = after
    while child is not None and tree.parents.get(id(child)) is not parent:
        child = tree.parents.get(id(child))
    if child is None:
        return 0
    return next(index for index, each in enumerate(parent.children) if each is child) + 1


def _text_nodes(text: str) -> list[AriaNode]:
    return [AriaNode("text", name=text.strip())] if text.strip() else []
