"""An indexed look at an observation: parents, texts, controls, inputs, regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import takewhile

from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.controls import (
    CONTROL_ROLES,
    INPUT_ROLES,
    Control,
    Input,
    input_hints,
)
from skyvern_dagster.reading.grid_answers import NO_ANSWER, GridAnswer, grid_answer
from skyvern_dagster.reading.text_lengths import LABEL, PARAGRAPH

_PARTS = 8
"""A sentence with as many words in bold or in links; what has more is a part of the page."""
_LEVELS_TO_LABEL = 3
"""Boxes around a field before the one that holds its label, too: those of common form kits."""

_REGION_ROLES = frozenset(
    {
        "banner",
        "navigation",
        "main",
        "contentinfo",
        "complementary",
        "dialog",
        "alertdialog",
        "search",
        "menu",
    }
)


_SPOKEN = ("aria-label", "alt", "label", "hint")
"""Attributes that give an element a name which people see or hear, the most deliberate first."""


_SIGNS = frozenset({"status", "progressbar", "alert", "img"})
_DOT = 1
"""Pixels: the usual size of what only screen readers are meant to find."""

_GROUPS = frozenset({"group", "radiogroup"})


class PageView:
    """What readers and planners ask about a page.

    Args:
        observation: The page.
        root: Where only a part of it is meant: that part.
        redact: Takes secrets out of what :attr:`.Record.cells` gives.
    """

    def __init__(
        self,
        observation: Observation,
        root: Node | None = None,
        redact: Callable[[str], str] = str,
    ) -> None:
        self.observation = observation
        self.redact = redact
        self.root = root or observation.root
        self.nodes: list[Node] = []
        self._parents: dict[int, Node] = {}
        self._positions: dict[int, int] = {}
        self._texts: dict[int, str] = {}
        self._index(self.root)

    def _index(self, root: Node) -> None:
        for node in root.walk():
            self._positions[id(node)] = len(self.nodes)
            self.nodes.append(node)
            for child in node.children:
                self._parents[id(child)] = node

    @property
    def url(self) -> str:
        """The page's address."""
        return self.observation.url

    def parent(self, node: Node) -> Node | None:
        """The node above, within this view."""
        return self._parents.get(id(node))

    def is_only_spoken(self, node: Node) -> bool:
        """Whether a text is in a box of no size: it is read out, and what it said may be over.

        What stands so in a sign of work that is seen (a turning circle) describes that.
        """
        above = self.parent(node)
        sign = above is not None and above.role in _SIGNS and not _is_dot(above)
        return _is_dot(node) and not sign

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes above, nearest first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def form_of(self, node: Node) -> Node | None:
        """The form around a node; ``None`` where there is none."""
        return next((one for one in self.ancestors(node) if one.tag == "form"), None)

    def position(self, node: Node) -> int:
        """Place in document order."""
        return self._positions.get(id(node), -1)

    def holds(self, container: Node, node: Node) -> bool:
        """Whether ``node`` is the container or lies in it."""
        return node is container or any(above is container for above in self.ancestors(node))

    def text(self, node: Node) -> str:
        """What a person reads in this part of the page."""
        known = self._texts.get(id(node))
        if known is None:
            known = self._texts[id(node)] = self._read(node)
        return known

    def _read(self, node: Node) -> str:
        below = " ".join(part for child in node.children if (part := self.text(child)))
        if below:
            return f"{node.text} {below}" if node.text and node.text not in below else below
        if node.role in INPUT_ROLES:
            return node.value or next((one.label for one in node.options if one.selected), "")
        return " ".join((node.text or node.name).split())

    def label(self, node: Node) -> str:
        """What a person would call this element."""
        spoken = node.name or self.text(node) or node.title
        return spoken or next((text for key in _SPOKEN if (text := node.attributes.get(key))), "")

    def region(self, node: Node) -> str:
        """Role of the nearest landmark around a node."""
        return next(
            (above.role for above in self.ancestors(node) if above.role in _REGION_ROLES), ""
        )

    @cached_property
    def page_text(self) -> str:
        """Everything there is to read."""
        return self.text(self.root)

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """Everything that can be clicked now, in document order."""
        return tuple(
            Control(node, self._called(node), self.region(node), self.position(node))
            for node in self.nodes
            if self._is_control(node)
        )

    def _called(self, node: Node) -> str:
        """What a control is called: a box of several by what it says beside them."""
        if node.role != "generic" or node.name or not node.children:
            return self.label(node)
        return " ".join(self._said_beside_controls(node)) or self.label(node)

    def _said_beside_controls(self, node: Node) -> Iterator[str]:
        if not node.children and (said := self.text(node)):
            yield said
        for child in node.children:
            if not self._is_control(child):
                yield from self._said_beside_controls(child)

    def _is_control(self, node: Node) -> bool:
        if not node.ref or node.disabled or node.attributes.get("aria-disabled") == "true":
            return False
        if node.role in CONTROL_ROLES:
            return self.parent(node) is None or not self._is_native_option(node)
        if node.tag == "summary":
            return True
        return node.clickable and node.role not in INPUT_ROLES and not self._in_control(node)

    def _is_native_option(self, node: Node) -> bool:
        above = self.parent(node)
        return node.role == "option" and above is not None and bool(above.options)

    def _in_control(self, node: Node) -> bool:
        return any(above.role in CONTROL_ROLES and above.ref for above in self.ancestors(node))

    def controls_in(self, container: Node) -> list[Control]:
        """The controls below a node, the node itself included."""
        inside = {id(node) for node in container.walk()}
        return [control for control in self.controls if id(control.node) in inside]

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The fields that can be filled in now, in document order."""
        return tuple(
            Input(
                node,
                answer.label or self._input_label(node),
                input_hints(node),
                self.position(node),
                answer.group or self._group(node),
            )
            for node, answer in ((node, self._answer(node)) for node in self.nodes)
            if node.role in INPUT_ROLES and node.ref and not node.disabled
        )

    def inputs_in(self, container: Node) -> list[Input]:
        """The fields below a node."""
        inside = {id(node) for node in container.walk()}
        return [field for field in self.inputs if id(field.node) in inside]

    def _answer(self, node: Node) -> GridAnswer:
        """What a radio button in a table answers to; nothing for other nodes."""
        if node.role != "radio":
            return NO_ANSWER
        return grid_answer(node, list(self.ancestors(node)), self.text)

    def _input_label(self, node: Node) -> str:
        if spoken := node.name or node.attributes.get("label", ""):
            return spoken
        return self._text_before(node) or node.placeholder or node.title

    def _group(self, node: Node) -> str:
        """The name of the group around a field, else the heading above it within its form."""
        for above in self.ancestors(node):
            if above.role in _GROUPS and above.name:
                return above.name
            if above.tag == "form" or above.role in _REGION_ROLES:
                before = [
                    one
                    for one in above.walk()
                    if one.role == "heading" and self.position(one) < self.position(node)
                ]
                return self.label(before[-1]) if before else ""
        return ""

    def heading_above(self, node: Node) -> str:
        """The last heading before a part of the page, or an empty text."""
        at = self.position(node)
        above = [one for one in self.nodes if one.role == "heading" and self.position(one) < at]
        return self.label(above[-1]) if above else ""

    def earlier(self, node: Node) -> list[Node]:
        """What stands beside a node and before it, in document order."""
        above = self.parent(node)
        return list(takewhile(lambda one: one is not node, above.children)) if above else []

    def _text_before(self, node: Node) -> str:
        """The short text right before a field, where no label is tied to it."""
        place: Node | None = node
        for _ in range(_LEVELS_TO_LABEL):
            above = self.parent(place) if place is not None else None
            if above is None or place is None:
                return ""
            for sibling in reversed(self.earlier(place)):
                if sibling.role in INPUT_ROLES or sibling.role in CONTROL_ROLES:
                    return ""
                if text := self.text(sibling):
                    return text if len(text) <= LABEL and not _has_input(sibling) else ""
            place = above
        return ""

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The texts of all headings, the title of the page first."""
        labels = [self.label(node) for node in self.nodes if node.role == "heading"]
        return (self.observation.title, *labels)

    @cached_property
    def main_headings(self) -> tuple[str, ...]:
        """The headings that say what page this is: title and first level, else the first two."""
        ranked = [node for node in self.nodes if node.role == "heading"]
        top = [node for node in ranked if (node.level or 2) == 1] or ranked[:2]
        return (self.observation.title, *(self.label(node) for node in top))

    @cached_property
    def messages(self) -> tuple[str, ...]:
        """What alerts and status lines say."""
        return tuple(
            text
            for node in self.nodes
            if node.role in {"alert", "status", "log", "alertdialog"} and (text := self.text(node))
        )

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The separate pieces of text of the page, in order."""
        return tuple(text for node in self.nodes if not node.children and (text := self.text(node)))

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """Texts of the smallest blocks: whole sentences even where inline elements split them."""
        texts = []
        for node in self.nodes:
            text = self.text(node)
            if (
                text
                and len(text) <= PARAGRAPH
                and node.role not in INPUT_ROLES
                and len(node.children) <= _PARTS
            ):
                texts.append(text)
        return tuple(dict.fromkeys(texts))


def _has_input(node: Node) -> bool:
    return any(below.role in INPUT_ROLES for below in node.walk())


def _is_dot(node: Node) -> bool:
    box = node.box
    return box is not None and (0 < box.width <= _DOT or 0 < box.height <= _DOT)
