"""What a page looks like to a planner: a tree of nodes with the refs that actions use.

Pure data. :mod:`skyvern_dagster.browser.observing` makes it from a live page; planners and their
tests read it without a browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from skyvern_dagster.browser.page_text import outline


class Box(NamedTuple):
    """A bounding box in CSS pixels, relative to the viewport of the node's frame."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Option:
    """One ``<option>`` of a native select."""

    label: str
    value: str
    selected: bool = False


@dataclass(frozen=True)
class Node:
    """One node of the accessibility tree, enriched with what a planner needs.

    Attributes:
        role: ARIA role as Playwright's snapshot names it; ``text`` for a bare text run,
            ``generic`` for an element without a role, ``document`` for the root.
        name: Accessible name, or the text itself for a ``text`` node.
        ref: Handle for actions (``e12``, ``f1e3`` in a frame, ``x4`` for an element that is
            clickable only by script or cursor); ``None`` where nothing can be done.
        text: Inline text of an element that has no child nodes (``generic "…"`` content).
        children: Child nodes in document order.
        url: Absolute target of a link.
        tag: HTML tag in lower case, where known.
        input_type: ``type`` of an input in lower case (``text``, ``password``, ``file``, ...).
        value: Current value of a control; always empty for passwords.
        title: ``title`` attribute or tooltip, when it is not the name.
        attributes: ``id``, ``name``, ``autocomplete``, ``inputmode``, ``maxlength``, ``download``,
            ``target``, ``aria-label`` and the like, where present: words for a planner, never
            something to find the element by.
    """

    role: str
    name: str = ""
    ref: str | None = None
    text: str = ""
    children: tuple[Node, ...] = ()
    box: Box | None = None
    url: str | None = None
    tag: str = ""
    input_type: str = ""
    value: str = ""
    placeholder: str = ""
    title: str = ""
    options: tuple[Option, ...] = ()
    level: int | None = None
    checked: bool | None = None
    expanded: bool | None = None
    selected: bool = False
    pressed: bool | None = None
    disabled: bool = False
    required: bool = False
    invalid: bool = False
    active: bool = False
    clickable: bool = False
    in_viewport: bool = True
    covered: bool = False
    attributes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def knowing(cls, **known: Any) -> Node:
        """A node of what is known, the rest as usual.

        Pages have thousands of nodes, of which little is known; a frozen dataclass sets each of
        its fields one by one, which would take longer than all the rest of a look.
        """
        node = object.__new__(cls)
        node.__dict__.update(known)
        node.__dict__.setdefault("attributes", {})
        return node

    def walk(self) -> Iterator[Node]:
        """Yields this node and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def full_text(self) -> str:
        """All text of this node and below, in document order, single-spaced."""
        parts: list[str] = []
        for node in self.walk():
            own = node.name or node.text
            if own and not (parts and parts[-1] == own):
                parts.append(own)
            if node.name and node.text and node.text != node.name:
                parts.append(node.text)
        return " ".join(" ".join(parts).split())


@dataclass(frozen=True)
class Tab:
    """One open page of the session."""

    index: int
    url: str
    title: str
    current: bool


@dataclass(frozen=True)
class Observation:
    """One look at the session's current page.

    Attributes:
        url: Address of the page, after redirects.
        title: Its title.
        lang: ``lang`` of the document element, for instance ``de`` or ``en-US``; may be empty.
        root: The tree; its role is ``document``. An ``iframe`` node has its frame's tree below.
        tabs: All open pages of the session.
        http_status: Status of the response that gave this page, where there was one.
        dialogs: Messages of JavaScript dialogs that came up since the last look.
        text_budget: Most characters of ``text``.
    """

    url: str
    title: str
    root: Node
    lang: str = ""
    tabs: tuple[Tab, ...] = ()
    http_status: int | None = None
    dialogs: tuple[str, ...] = ()
    text_budget: int = 20_000

    @cached_property
    def text(self) -> str:
        """The tree as trimmed text, for people: what step artifacts keep."""
        return outline(self.root, self.text_budget)

    def find(self, ref: str) -> Node | None:
        """The node with this ref, or ``None`` when the page doesn't show it (any more)."""
        return next((node for node in self.root.walk() if node.ref == ref), None)
