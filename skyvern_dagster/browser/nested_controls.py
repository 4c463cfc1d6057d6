"""Which nodes are controls, and which of several inside each other are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from skyvern_dagster.browser.node_words import below, said_in, state_words, takes_drops
from skyvern_dagster.browser.observation import Node

_CONTROLS = frozenset(
    {"link", "button", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "tab",
     "menuitem", "menuitemcheckbox", "menuitemradio", "option", "slider", "spinbutton",
     "treeitem", "listbox"}
)  # fmt: skip
_FIELDS = frozenset(
    {"textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "spinbutton",
     "listbox"}
)  # fmt: skip
_ENTRIES = frozenset({"menuitem", "treeitem", "listitem"})
"""What stands in menus and lists around the one control that it is about."""
_ROW_ROLES = frozenset({"row", "listitem", "article"})
_PARTS = frozenset({"form", "search", "navigation", "banner", "dialog", "alertdialog", "iframe"})
"""Parts of a page with controls of their own."""
_TITLE = 2
"""The level of a heading that says what a page or its part is, not what an entry in it is."""


def is_control(node: Node) -> bool:
    """Whether something can be done with the node itself."""
    if not node.ref:
        return False
    return node.role in _CONTROLS or node.clickable or node.input_type == "file"


def is_field(node: Node) -> bool:
    """Whether the node is a control that may stand beside a label of the same text."""
    return node.role in _FIELDS or node.input_type == "file"


def controls_in(node: Node) -> int:
    """How many controls a node is or holds."""
    return sum(is_control(each) for each in node.walk())


def holds_rows(node: Node) -> bool:
    """Whether it is a list or a table, or around one, which is told row by row."""
    is_around = node.role not in _CONTROLS | _ROW_ROLES
    return is_around and any(each.role in _ROW_ROLES for each in below(node))


def is_frame(node: Node) -> bool:
    """Whether a box is only around another one: a click on that is one on both."""
    inner = node.children[0] if len(node.children) == 1 and not node.text else None
    return inner is not None and all(
        is_plain(each) and is_control(each) and not each.name for each in (node, inner)
    )


def is_parted(node: Node) -> bool:
    """Whether a box that can be clicked is told part by part: a form, a card with a heading."""
    parts = list(below(node)) if is_plain(node) else []
    heads = [each for each in parts if each.role == "heading"]
    if any(each.role in _PARTS or is_field(each) for each in parts) or (
        parts and takes_drops(node)
    ):
        return True
    is_titled = any((each.level or _TITLE) <= _TITLE for each in heads)
    return is_titled or (bool(heads) and any(map(is_control, parts)))


def shown_role(node: Node) -> str:
    """What kind of element a planner is told that a node is."""
    return "clickable" if is_plain(node) else node.role


def nested_controls(node: Node) -> Iterator[Node]:
    """A control and those in it, each once where one only wraps another of the same words."""
    if wrapped := _wrapped(node):
        yield from wrapped
        return
    if is_control(node):
        yield node
    if node.options:
        return  # they are told with it, and chosen by what they are called
    for child in node.children:
        yield from nested_controls(child)


def _wrapped(node: Node) -> tuple[Node, ...]:
    """What a clickable wraps, if only one control in it has words, and those are all it says.

    A click on that one is one on both: it reaches the one around it, too. What has no name stays
    (icons), a sign beside a number is part of what the number reads.
    """
    if not _may_wrap(node) or not is_control(node) or not set(node.attributes) <= {"hint"}:
        return ()
    inner = [each for each in below(node) if is_control(each)]
    telling = [each for each in inner if _bare_words(control_name(each))]
    nameless = [each for each in inner if not control_name(each)]
    if len(telling) + len(nameless) > 1 and not telling:
        return ()
    only, said = (telling or nameless or [node])[-1], _bare_words(said_in(node))
    if said and not telling:
        return ()  # its words are its own, an icon in it does something else
    if only is node or only.disabled or only.covered:
        return ()
    if any(_bare_words(control_name(each)) != said for each in telling):
        return ()
    signs = [control_name(each) for each in inner if each not in telling[:-1]]
    name = node.name or " ".join(filter(None, signs))
    shown = only if name == control_name(only) else replace(only, name=name)
    return tuple(
        shown if each is only else each for each in inner if each is only or each in nameless
    )


def _may_wrap(node: Node) -> bool:
    return is_plain(node) or (node.role in _ENTRIES and not any(state_words(node)))


def _bare_words(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def is_plain(node: Node) -> bool:
    """Whether it is clickable only because a script or a hand cursor says so."""
    return node.role in ("generic", "text", "img", "cell")


def control_name(node: Node) -> str:
    """What a control is called, without what the controls inside it are called."""
    return node.name or node.text or node.title or node.placeholder or _inner_text(node)


def _inner_text(node: Node) -> str:
    return " ".join(_own_texts(node))


def _own_texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if is_control(child) and not (child.role == "img" or child.ref is None):
            continue
        if said := child.name or child.text:
            yield said
        else:
            yield from _own_texts(child)
