"""One node of a page as a short phrase: role, name, ref, and what of its state matters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.browser.table_cells import CELL_ROLES, TABLE_ROLES, Slot

_CONTROLS = frozenset(
    {"link", "button", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "tab",
     "menuitem", "menuitemcheckbox", "menuitemradio", "option", "slider", "spinbutton",
     "treeitem", "listbox"}
)  # fmt: skip
_FIELDS = frozenset(
    {"textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "spinbutton",
     "listbox"}
)  # fmt: skip
_BLOCKS = TABLE_ROLES | {"form", "heading", "article", "region", "navigation", "main"}
_REPEATING = CELL_ROLES | {"row", "listitem", "article"}
_LIMITS = ("accept", "min", "max", "step", "maxlength", "pattern")
_PLAIN_TYPES = frozenset({"", "text", "submit", "button", "checkbox", "radio"})
_LONGEST = 200
"""Characters of a name: two sentences."""
_LONGEST_TEXT = 400
"""Characters of a paragraph: five sentences."""
_LONGEST_CELL = 500
"""Characters of a row's cells that still read as one line."""
_LONGEST_URL = 40
"""Characters of an address: it is there to tell links apart that read alike."""
_MOST_OPTIONS = 12
"""Of a select: twelve months; more are shown where the goal's words are among them."""


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


def node_text(node: Node) -> str:
    """The text of the node itself, shortened."""
    name, text = _plain(node.name), _plain(node.text)
    return name if not text or text == name else f"{name} {text}".strip()


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
        inner = [control(each, words) for each in _below(node) if is_control(each) and each.name]
        return " ".join([control(node, words), *inner])
    return node_text(node)


def control(node: Node, words: frozenset[str] = frozenset()) -> str:
    """A control with its ref and its state: ``textbox "E-mail" [e5] ="a@b" required``."""
    name = _short(control_name(node))
    role = "clickable" if node.role in ("generic", "text", "img", "cell") else node.role
    parts = [role, f'"{name}"', f"[{node.ref}]", *_facts(node, words), *_flags(node)]
    return " ".join(part for part in parts if part)


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
    state = list(_flags(row)) + ["selected"] * row.selected
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
    return any(each.role in _BLOCKS for each in _below(cell)) or (
        len(" ".join(_cell_parts(cell, frozenset()))) > _LONGEST_CELL
    )


def said_in(node: Node) -> str:
    """All that a node reads, with nothing left out because it was said before."""
    inner = " ".join(_said(node))
    name = node.name
    if not inner or _packed(name) == _packed(inner):
        return _plain(name or inner)
    return _plain(inner if not name or _packed(name) in _packed(inner) else f"{name} {inner}")


def _said(node: Node) -> Iterator[str]:
    if node.text:
        yield node.text
    for child in node.children:
        if text := said_in(child):
            yield text


def _packed(text: str) -> str:
    return "".join(text.split())


def _cell_parts(cell: Node, words: frozenset[str]) -> Iterator[str]:
    if is_control(cell):
        yield control(cell, words)
        yield from (control(each, words) for each in _below(cell) if is_control(each))
    elif any(is_control(each) for each in _below(cell)):
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
        yield control(node, words), node if is_field(node) else None
        for each in _below(node):
            if is_control(each):
                yield control(each, words), each if is_field(each) else None
        return
    # A row's name only repeats its cells.
    if node.role not in _REPEATING or not node.children:
        yield node_text(node), None
    elif node.text:
        yield _plain(node.text), None
    if node.children and _is_said_by(node):
        return
    for child in node.children:
        yield from _pieces(child, words)


def _is_said_by(node: Node) -> bool:
    """Whether the name of a node is all of what is in it: ``link "Paid"`` over a text "Paid"."""
    if node.role in _REPEATING or any(is_control(each) for each in _below(node)):
        return False
    return bool(node.name) and _packed(node.name) == _packed(" ".join(_said(node)))


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield from child.walk()


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


def _facts(node: Node, words: frozenset[str]) -> Iterator[str]:
    drawn = node.role in ("slider", "spinbutton") and node.tag != "input"
    told = node.attributes.get("aria-valuetext") or node.attributes.get("aria-valuenow")
    value = (drawn and told) or node.value
    if value and not node.attributes.get("multiple"):
        yield f'="{_short(value)}"'
    if node.input_type not in _PLAIN_TYPES and (
        node.role not in ("link", "button") or node.input_type == "file"
    ):
        yield f"type={node.input_type}"
    if node.placeholder and node.name and node.placeholder != node.name:
        yield f'placeholder="{_short(node.placeholder)}"'
    if node.url and node.role == "link":
        yield _short_url(node.url)
    yield from _limits(node)
    if hint := node.attributes.get("hint"):
        yield f'hint="{_short(hint)}"'
    if colour := node.attributes.get("colour"):
        yield f"colour={colour}"
    if node.options:
        yield _options(node, words)


def _limits(node: Node) -> Iterator[str]:
    """What a field takes, and where a slider stands."""
    told = node.attributes
    if node.role not in ("link", "button", "generic") or node.input_type == "file":
        for word in _LIMITS:
            if told.get(word) and not (node.input_type == "range" and word in ("min", "max")):
                yield f"{word}={_short(told[word])}"
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
    said = ", ".join(_short(label) for label in told)
    value = f'="{said}" ' if said and (several or not node.value) else ""
    return f"{value}({', '.join(_short(label) for label in shown)}{more})"


def _is_meant(label: str, words: frozenset[str]) -> bool:
    """Whether an option is, or has, one of the goal's words."""
    folded = label.casefold()
    return folded in words or any(
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) for word in words if word
    )


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
        "readonly": node.attributes.get("readonly") == "true"
        or node.attributes.get("aria-readonly") == "true",
        "multiple": node.attributes.get("multiple") == "true",
        "filled": node.attributes.get("filled") == "true",
        "draggable": node.attributes.get("draggable") == "true",
        "required": node.required,
        "invalid": node.invalid,
        "focused": node.active,
        "covered": node.covered,
    }
    return (name for name, holds in states.items() if holds)


def _short(text: str) -> str:
    """A text for between quotes."""
    flat = " ".join(text.split()).replace('"', "'")
    return flat if len(flat) <= _LONGEST else flat[:_LONGEST] + "…"


def _plain(text: str) -> str:
    """A text that stands by itself, as it is: it may be data that is asked for."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_TEXT else flat[:_LONGEST_TEXT] + "…"
