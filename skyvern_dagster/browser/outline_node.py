"""One node of a page as a short phrase: role, name, ref, and what of its state matters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from skyvern_dagster.browser.nested_controls import (
    control_name,
    is_control,
    is_field,
    nested_controls,
    shown_role,
)
from skyvern_dagster.browser.node_words import (
    below,
    node_text,
    packed,
    plain,
    quotable,
    said_below,
    said_in,
    state_words,
)
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.browser.table_cells import CELL_ROLES, TABLE_ROLES, Slot

_BLOCKS = TABLE_ROLES | {"form", "heading", "article", "region", "navigation", "main"}
_REPEATING = CELL_ROLES | {"row", "listitem", "article"}
_LIMITS = ("accept", "min", "max", "step", "maxlength", "pattern")
_PLAIN_TYPES = frozenset({"", "text", "submit", "button", "checkbox", "radio"})
_LONGEST_CELL = 500
"""Characters of a row's cells that still read as one line."""
_LONGEST_URL = 40
"""Characters of an address: it is there to tell links apart that read alike."""
_MOST_OPTIONS = 12
"""Of a select: twelve months; more are shown where the goal's words are among them."""


def frame_of_rows(node: Node) -> str:
    """A control that is around rows, by itself: their words aren't its name."""
    said = set(said_in(replace(node, name="")).split())
    name = "" if set(plain(node.name).split()) <= said else node.name
    return control(replace(node, name=name, text="", children=()))


def phrase(node: Node, *, row: bool, words: frozenset[str] = frozenset()) -> str:
    """A node and what is in it on one line; parts of a row are set apart by bars.

    Args:
        node: What to tell.
        row: Whether it is one of several alike, in a list.
        words: The goal's, in lower case: options of selects that have them are shown.
    """
    if row and not is_control(node):
        return " | ".join(_parts(node, words))
    if node.role == "heading":
        inner = [
            control(each, words) for each in node.walk() if each is not node and is_control(each)
        ]
        return " ".join(["#" * (node.level or 2), node_text(node) or node.full_text, *inner])
    if is_control(node):
        return " ".join(_controls(node, words, only_named=True))
    return node_text(node)


def control(node: Node, words: frozenset[str] = frozenset()) -> str:
    """A control with its ref and its state: ``textbox "E-mail" [e5] ="a@b" required``."""
    name = quotable(control_name(node))
    parts = [
        shown_role(node), f'"{name}"', f"[{node.ref}]", *_facts(node, words), *state_words(node),
    ]  # fmt: skip
    return " ".join(part for part in parts if part)


def _controls(node: Node, words: frozenset[str], *, only_named: bool = False) -> Iterator[str]:
    """A control and those in it; nameless ones inside may be left out."""
    for place, each in enumerate(nested_controls(node)):
        if place == 0 or not only_named or control_name(each) or each.attributes.get("hint"):
            yield control(each, words)


def cells_phrase(
    slots: Iterable[Slot], row: Node | None = None, words: frozenset[str] = frozenset()
) -> str:
    """A row of a table: a bar between every two slots, however empty or alike they are.

    Args:
        slots: Its places.
        row: The row itself, where something can be done with it or its state matters.
        words: The goal's, in lower case: options of selects that have them are shown.
    """
    texts = [cell_text(slot, words) for slot in slots]
    line = "|".join(f" {text} " if text else " " for text in texts).strip()
    if row is None:
        return line
    state = list(state_words(row)) + ["selected"] * row.selected
    if not is_control(row) and not state:
        return line
    ref = [f"[{row.ref}]"] if is_control(row) else []
    return " ".join(["row", *ref, *dict.fromkeys(state)]) + f": {line}"


def cell_text(slot: Slot, words: frozenset[str] = frozenset()) -> str:
    """What one slot shows; a bar in it is told apart from those between the slots."""
    cell = slot.cell
    if cell is None:
        return ""
    text = said_in(cell) if slot.repeated else " ".join(_cell_parts(cell, words))
    return text.replace("|", "\\|")


def is_laid_out(cell: Node) -> bool:
    """Whether a cell is laid out like a page of its own instead of holding a value."""
    return any(each.role in _BLOCKS for each in below(cell)) or (
        len(" ".join(_cell_parts(cell, frozenset()))) > _LONGEST_CELL
    )


def _cell_parts(cell: Node, words: frozenset[str]) -> Iterator[str]:
    if is_control(cell):
        yield from _controls(cell, words)
    elif any(is_control(each) for each in below(cell)):
        yield from _told_once(cell, words)
    elif text := said_in(cell):
        yield text


def _parts(node: Node, words: frozenset[str]) -> Iterator[str]:
    """The controls and texts of a row that has no cells."""
    return _told_once(node, words)


def _told_once(node: Node, words: frozenset[str]) -> Iterator[str]:
    """The pieces of a node, without labels that only repeat the name of the field beside them.

    Texts that are alike stay: two equal prices are two prices.
    """
    pieces = [piece for piece in _pieces(node, words) if piece[0]]
    for index, (text, field) in enumerate(pieces):
        around = pieces[max(0, index - 1) : index] + pieces[index + 1 : index + 2]
        if field is None and any(each and each.name == text for _, each in around):
            continue
        yield text


def _pieces(node: Node, words: frozenset[str]) -> Iterator[tuple[str, Node | None]]:
    """Texts and controls of a node, each with the field that it is, if it is one."""
    if is_control(node):
        for each in nested_controls(node):
            yield control(each, words), each if is_field(each) else None
        return
    # A row's name only repeats its cells.
    if node.role not in _REPEATING or not node.children:
        yield node_text(node), None
    elif node.text:
        yield plain(node.text), None
    if node.children and _is_said_by(node):
        return
    for child in node.children:
        yield from _pieces(child, words)


def _is_said_by(node: Node) -> bool:
    """Whether the name of a node is all of what is in it: ``link "Paid"`` over a text "Paid"."""
    if node.role in _REPEATING or any(is_control(each) for each in below(node)):
        return False
    return bool(node.name) and packed(node.name) == packed(" ".join(said_below(node)))


def _facts(node: Node, words: frozenset[str]) -> Iterator[str]:
    drawn = node.role in ("slider", "spinbutton") and node.tag != "input"
    told = node.attributes.get("aria-valuetext") or node.attributes.get("aria-valuenow")
    value = (drawn and told) or node.value
    if value and not node.attributes.get("multiple"):
        yield f'="{_lines_told(value) if node.tag == "textarea" else quotable(value)}"'
    if node.input_type not in _PLAIN_TYPES and (
        node.role not in ("link", "button") or node.input_type == "file"
    ):
        yield f"type={node.input_type}"
    if node.placeholder and node.name and node.placeholder != node.name:
        yield f'placeholder="{quotable(node.placeholder)}"'
    if node.url and node.role == "link":
        yield _short_url(node.url)
    if node.title and not re.search(r"[^\W\d_]", control_name(node)):
        yield f'title="{quotable(node.title)}"'
    yield from _limits(node)
    if hint := node.attributes.get("hint"):
        yield f'hint="{quotable(hint)}"'
    if colour := node.attributes.get("colour"):
        yield f"colour={colour}"
    if node.options:
        yield _options(node, words)


def _lines_told(value: str) -> str:
    """A text of several lines, whose breaks are a part of it."""
    lines = "\n".join(" ".join(line.split()) for line in value.splitlines())
    return quotable(lines.replace("\n", "\\n"))


def _limits(node: Node) -> Iterator[str]:
    """What a field takes, and where a slider stands."""
    told = node.attributes
    if node.role not in ("link", "button", "generic") or node.input_type == "file":
        for word in _LIMITS:
            if told.get(word) and not (node.input_type == "range" and word in ("min", "max")):
                yield f"{word}={quotable(told[word])}"
    if node.role in ("slider", "spinbutton"):
        low, high = told.get("aria-valuemin"), told.get("aria-valuemax")
        if node.input_type == "range":
            # HTML's own range where the page gives none.
            low, high = told.get("min", "0"), told.get("max", "100")
        if low or high:
            yield f"range={low or ''}..{high or ''}"
    current = told.get("aria-current", "")
    if current not in ("", "false"):
        yield "current" if current == "true" else f"current={current}"
    if chosen := told.get("chosen"):
        yield chosen


def _options(node: Node, words: frozenset[str]) -> str:
    labels = [option.label for option in node.options]
    shown = labels[:_MOST_OPTIONS]
    shown += [label for label in labels[_MOST_OPTIONS:] if _is_meant(label, words)][:_MOST_OPTIONS]
    more = f", +{len(labels) - len(shown)} more" if len(labels) > len(shown) else ""
    chosen = [option.label for option in node.options if option.selected]
    several = len(chosen) > 1 or node.attributes.get("multiple")
    told = chosen if several else chosen[:1]
    said = ", ".join(quotable(label) for label in told)
    value = f'="{said}" ' if said and (several or not node.value) else ""
    return f"{value}({', '.join(quotable(label) for label in shown)}{more})"


def _is_meant(label: str, words: frozenset[str]) -> bool:
    """Whether an option is, or has, one of the goal's words."""
    folded = label.casefold()
    return folded in words or any(
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) for word in words if word
    )


def _short_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme in ("", "http", "https"):
        if url.endswith("#"):
            return "#"  # what a script makes of it; the address is the page's own
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        path += f"#{parts.fragment}" if parts.fragment else ""
        # A long address says no more than the link's name.
        return path if len(path) <= _LONGEST_URL else ""
    return (
        f"{parts.scheme}:" if parts.scheme in ("javascript", "data", "blob") else url[:_LONGEST_URL]
    )
