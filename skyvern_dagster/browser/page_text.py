"""An observation's tree as trimmed text, as a language model would be shown it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skyvern_dagster.browser.observation import Node

_REPEATING = frozenset({"row", "listitem", "option", "article", "gridcell", "treeitem", "menuitem"})
_MOST_ROWS = (40, 20, 10, 5, 3)
"""Rows of each list, tried one after another until the page fits the budget."""
_MOST_NAME = 300
"""Characters of a name: three sentences."""


def outline(root: Node, budget: int) -> str:
    """Renders the tree, one line a node.

    Where it is longer than ``budget`` characters, long tables and lists keep their first rows and
    say how many were left out; what is too long even then is cut, and says so too.
    """
    text = _render(root, None)
    for most in _MOST_ROWS:
        if len(text) <= budget:
            return text
        text = _render(root, most)
    if len(text) <= budget:
        return text
    kept = text[:budget].rpartition("\n")[0]
    left_out = text.count("\n") - kept.count("\n")
    return f"{kept}\n… {left_out} more lines left out"


def _render(root: Node, most_rows: int | None) -> str:
    return "\n".join(line for child in root.children for line in _lines(child, 0, most_rows))


def _lines(node: Node, depth: int, most_rows: int | None) -> Iterator[str]:
    if _is_wrapper(node):
        yield from _child_lines(node, depth, most_rows)
        return
    yield f"{'  ' * depth}- {_line(node)}"
    yield from _child_lines(node, depth + 1, most_rows)


def _child_lines(node: Node, depth: int, most_rows: int | None) -> Iterator[str]:
    if _is_plain_cell(node):
        return
    rows = 0
    for child in node.children:
        if child.role in _REPEATING:
            rows += 1
            if most_rows is not None and rows > most_rows:
                continue
        yield from _lines(child, depth, most_rows)
    if most_rows is not None and rows > most_rows:
        yield f"{'  ' * depth}… {rows - most_rows} more left out"


def _is_wrapper(node: Node) -> bool:
    bare = not (node.name or node.text or node.clickable or node.title)
    return bare and node.role in ("generic", "rowgroup", "none", "presentation")


def _is_plain_cell(node: Node) -> bool:
    return not node.children or (
        bool(node.name) and all(child.role == "text" for child in node.children)
    )


def _line(node: Node) -> str:
    parts = [node.role]
    name = node.name or node.text
    if node.role == "text":
        return f"text: {_short(name)}"
    if name:
        parts.append(f'"{_short(name)}"')
    if node.ref and (node.clickable or node.role not in ("paragraph", "generic", "cell")):
        parts.append(f"[{node.ref}]")
    if node.name and node.text and node.text != node.name:
        parts.append(f': "{_short(node.text)}"')
    parts.extend(_facts(node))
    parts.extend(_flags(node))
    return " ".join(parts)


def _facts(node: Node) -> Iterator[str]:
    if node.value:
        yield f'value="{_short(node.value)}"'
    if node.input_type and node.input_type not in ("text", "submit", "checkbox", "radio"):
        yield f"type={node.input_type}"
    if node.placeholder and node.placeholder != node.name:
        yield f'placeholder="{_short(node.placeholder)}"'
    if node.title:
        yield f'title="{_short(node.title)}"'
    if node.url and node.role == "link":
        yield f"url={node.url[:150]}"
    if hint := node.attributes.get("hint"):
        yield f'hint="{hint}"'
    if node.level is not None:
        yield f"level={node.level}"


def _flags(node: Node) -> Iterator[str]:
    states = {
        "checked": bool(node.checked),
        "selected": node.selected,
        "expanded": bool(node.expanded),
        "pressed": bool(node.pressed),
        "disabled": node.disabled,
        "required": node.required,
        "invalid": node.invalid,
        "focused": node.active and node.role != "generic",
        "covered": node.covered,
        "clickable": node.clickable and node.role == "generic",
    }
    return (f"({name})" for name, holds in states.items() if holds)


def _short(text: str) -> str:
    return text if len(text) <= _MOST_NAME else text[:_MOST_NAME] + "…"
