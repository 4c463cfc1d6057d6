"""One node of a page as a short phrase: role, name, ref, and what of its state matters."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from skyvern_dagster.browser.observation import Node

_CONTROLS = frozenset(
    {"link", "button", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "tab",
     "menuitem", "menuitemcheckbox", "menuitemradio", "option", "slider", "spinbutton",
     "treeitem", "listbox"}
)  # fmt: skip
_PLAIN_TYPES = frozenset({"", "text", "submit", "button", "checkbox", "radio"})
_LONGEST = 200
_LONGEST_URL = 40
_MOST_OPTIONS = 12


def is_control(node: Node) -> bool:
    """Whether something can be done with the node itself."""
    if not node.ref:
        return False
    return node.role in _CONTROLS or node.clickable or node.input_type == "file"


def controls_in(node: Node) -> int:
    """How many controls a node is or holds."""
    return sum(is_control(each) for each in node.walk())


def node_text(node: Node) -> str:
    """The text of the node itself, shortened."""
    name, text = _short(node.name), _short(node.text)
    return name if not text or text == name else f"{name} {text}".strip()


def phrase(node: Node, *, row: bool) -> str:
    """A node and what is in it on one line; cells and parts of a row are set apart by bars."""
    if row and not is_control(node):
        return " | ".join(_parts(node))
    if node.role == "heading":
        inner = [control(each) for each in node.walk() if each is not node and is_control(each)]
        return " ".join(["#" * (node.level or 2), node_text(node) or node.full_text, *inner])
    if is_control(node):
        inner = [control(each) for each in _below(node) if is_control(each) and each.name]
        return " ".join([control(node), *inner])
    return node_text(node)


def control(node: Node) -> str:
    """A control with its ref and its state: ``textbox "E-mail" [e5] ="a@b" required``."""
    name = _short(node.name or node.text or node.title or node.placeholder or _inner_text(node))
    role = "clickable" if node.role in ("generic", "text", "img", "cell") else node.role
    parts = [role, f'"{name}"', f"[{node.ref}]", *_facts(node), *_flags(node)]
    return " ".join(part for part in parts if part)


def _parts(node: Node) -> Iterator[str]:
    """The controls and texts of a row; a text that a neighbour says as well is said once."""
    said = ""
    for each in _pieces(node):
        if each and each not in said:
            yield each
            said = each


def _pieces(node: Node) -> Iterator[str]:
    if is_control(node):
        yield control(node)
        for each in _below(node):
            if is_control(each):
                yield control(each)
        return
    has_control = any(is_control(each) for each in _below(node))
    if not has_control and node.children and node.role in ("cell", "gridcell", "columnheader"):
        yield _short(node.name or node.full_text)
        return
    # A row's name only repeats its cells.
    if node.role not in ("row", "listitem", "article", "cell", "gridcell") or not node.children:
        yield node_text(node)
    elif node.text:
        yield _short(node.text)
    for child in node.children:
        yield from _pieces(child)


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield from child.walk()


def _inner_text(node: Node) -> str:
    return " ".join(each.name or each.text for each in _below(node) if each.name or each.text)


def _facts(node: Node) -> Iterator[str]:
    if node.value:
        yield f'="{_short(node.value)}"'
    if node.input_type not in _PLAIN_TYPES and node.role not in ("link", "button"):
        yield f"type={node.input_type}"
    if node.placeholder and node.name and node.placeholder != node.name:
        yield f'placeholder="{_short(node.placeholder)}"'
    if node.url and node.role == "link":
        yield _short_url(node.url)
    if hint := node.attributes.get("hint"):
        yield f'hint="{_short(hint)}"'
    if node.options:
        yield _options(node)


def _options(node: Node) -> str:
    labels = [option.label for option in node.options]
    more = f", +{len(labels) - _MOST_OPTIONS} more" if len(labels) > _MOST_OPTIONS else ""
    chosen = next((option.label for option in node.options if option.selected), "")
    shown = ", ".join(_short(label) for label in labels[:_MOST_OPTIONS])
    value = f'="{chosen}" ' if chosen and not node.value else ""
    return f"{value}({shown}{more})"


def _short_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme in ("", "http", "https"):
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        # A long address says no more than the link's name.
        return path if len(path) <= _LONGEST_URL else ""
    return (
        f"{parts.scheme}:" if parts.scheme in ("javascript", "data", "blob") else url[:_LONGEST_URL]
    )


def _flags(node: Node) -> Iterator[str]:
    states = {
        "checked": bool(node.checked),
        "selected": node.selected and node.role != "option",
        "expanded": bool(node.expanded),
        "collapsed": node.expanded is False,
        "pressed": bool(node.pressed),
        "disabled": node.disabled,
        "required": node.required,
        "invalid": node.invalid,
        "focused": node.active,
        "covered": node.covered,
    }
    return (name for name, holds in states.items() if holds)


def _short(text: str) -> str:
    flat = " ".join(text.split()).replace('"', "'")
    return flat if len(flat) <= _LONGEST else flat[:_LONGEST] + "…"
