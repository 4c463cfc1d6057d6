"""The snapshot's nodes of a frame by ref, with their parents: where a node is put in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skyvern_dagster.browser.aria_tree import AriaNode
from skyvern_dagster.browser.node_words import packed, without_pictures
from skyvern_dagster.browser.page_details import ElementDetails

_MOST_TEXT = 200
"""Characters of an element's text that are told, as in ``engine.js``."""


class SnapshotTree:
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

    def first_in(self, handle: ElementDetails) -> str:
        """Ref of the first node in an element: of a box that was left out, it is all there is."""
        return next((ref for ref in handle.get("holds", ()) if ref in self.by_ref), "")

    def unnamed_around(self, inner: AriaNode, said: str) -> AriaNode | None:
        """A node without a ref that says just this: a box of no size of its own."""
        wanted = packed(said)
        above = self.parents.get(id(inner))
        while wanted and above is not None and above.role == "generic" and not above.ref:
            text = packed(without_pictures("".join(_pieces(above))))
            if text == wanted or (len(said) >= _MOST_TEXT and text.startswith(wanted)):
                return above
            above = self.parents.get(id(above))
        return None

    def is_around(self, node: AriaNode, handle: ElementDetails) -> bool:
        """Whether a node is that of a box around an element."""
        return any(self.by_ref.get(ref) is node for ref in handle["parents"])

    def fill(self, node: AriaNode, outer: AriaNode) -> None:
        """Puts all that a node holds into another one, and that in its place."""
        self._move(outer, node)
        outer.children, outer.text = [node], ""
        self.parents[id(node)] = outer

    def replace(self, inner: AriaNode, node: AriaNode) -> None:
        """Puts a node in another one's place, with all that is in that."""
        self._put(node, inner)
        self._move(inner, node)

    def wrap(self, node: AriaNode, inner: AriaNode) -> None:
        """Puts a node around another one."""
        self._put(node, inner)
        node.children = [inner]
        self.parents[id(inner)] = node

    def _move(self, source: AriaNode, into: AriaNode) -> None:
        into.children, into.text = source.children, source.text
        self.parents |= {id(child): into for child in into.children}

    def _put(self, node: AriaNode, inner: AriaNode) -> None:
        parent = self.parents[id(inner)]
        parent.children[:] = [node if each is inner else each for each in parent.children]
        self.parents[id(node)] = parent

    def take_in(self, node: AriaNode, refs: Iterable[str]) -> None:
        """Puts what an element holds below its node, where the snapshot left that out."""
        held = set(refs)
        for ref in refs:
            inner = self.by_ref.get(ref)
            parent = self.parents.get(id(inner)) if inner is not None else None
            if inner is None or parent is None or parent.ref in held:
                continue
            parent.children[:] = [each for each in parent.children if each is not inner]
            node.children.append(inner)
            self.parents[id(inner)] = node

    def _index(self, node: AriaNode) -> None:
        for child in node.children:
            self.parents[id(child)] = node
            if child.ref:
                self.by_ref[child.ref] = child
            if child.role != "iframe":
                self._index(child)


def _pieces(node: AriaNode) -> Iterator[str]:
    yield node.text or ("" if node.children else node.name)
    for child in node.children:
        yield from _pieces(child)
