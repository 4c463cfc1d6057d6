"""One node of a page as a short phrase: role, name, ref, and what of its state matters."""

from __future__ import annotations

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
_PLAIN_TYPES = frozenset({"", "text", "submit", "button", "checkbox", "radio"})
_LONGEST = 200
_LONGEST_TEXT = 400
_LONGEST_CELL = 500
_LONGEST_URL = 40
_MOST_OPTIONS = 12


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


def cells_phrase(slots: Iterable[Slot], row: Node | None = None) -> str:
    """A row of a table: a bar between every two slots, however empty or alike they are.

    Args:
        slots: Its places.
        row: The row itself, where something can be done with it or its state matters.
    """
    texts = [cell_text(slot) for slot in slots]
    line = "|".join(f" {text} " if text else " " for text in texts).strip()
    if row is None:
        return line
    state = list(_flags(row)) + ["selected"] * row.selected
    if not is_control(row) and not state:
        return line
    ref = [f"[{row.ref}]"] if is_control(row) else []
    return " ".join(["row", *ref, *dict.fromkeys(state)]) + f": {line}"


def cell_text(slot: Slot) -> str:
    """What one slot shows; a bar in it is told apart from those between the slots."""
    cell = slot.cell
    if cell is None:
        return ""
    text = said_in(cell) if slot.repeated else " ".join(_cell_parts(cell))
    return text.replace("|", "\\|")


def is_laid_out(cell: Node) -> bool:
    """Whether a cell is laid out like a page of its own instead of holding a value."""
    return any(each.role in _BLOCKS for each in _below(cell)) or (
        len(" ".join(_cell_parts(cell))) > _LONGEST_CELL
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


def _cell_parts(cell: Node) -> Iterator[str]:
    if is_control(cell):
        yield control(cell)
        yield from (control(each) for each in _below(cell) if is_control(each))
    elif any(is_control(each) for each in _below(cell)):
        yield from _told_once(cell)
    elif text := said_in(cell):
        yield text


def _parts(node: Node) -> Iterator[str]:
    """The controls and texts of a row that has no cells."""
    return _told_once(node)


def _told_once(node: Node) -> Iterator[str]:
    """The pieces of a node, without labels that only repeat the name of the field beside them.

    Texts that are alike stay: two equal prices are two prices.
    """
    pieces = [piece for piece in _pieces(node) if piece[0]]
    for index, (text, field) in enumerate(pieces):
        around = pieces[max(0, index - 1) : index] + pieces[index + 1 : index + 2]
        if field is None and any(each and each.name == text for _, each in around):
            continue
        yield text


def _pieces(node: Node) -> Iterator[tuple[str, Node | None]]:
    """Texts and controls of a node, each with the field that it is, if it is one."""
    if is_control(node):
        yield control(node), node if is_field(node) else None
        for each in _below(node):
            if is_control(each):
                yield control(each), each if is_field(each) else None
        return
    # A row's name only repeats its cells.
    if node.role not in _REPEATING or not node.children:
        yield node_text(node), None
    elif node.text:
        yield _plain(node.text), None
    if node.children and _is_said_by(node):
        return
    for child in node.children:
        yield from _pieces(child)


def _is_said_by(node: Node) -> bool:
    """Whether the name of a node is all of what is in it: ``link "Paid"`` over a text "Paid"."""
    if node.role in _REPEATING or any(is_control(each) for each in _below(node)):
        return False
    return bool(node.name) and _packed(node.name) == _packed(" ".join(_said(node)))


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
    """A text for between quotes."""
    flat = " ".join(text.split()).replace('"', "'")
    return flat if len(flat) <= _LONGEST else flat[:_LONGEST] + "…"


def _plain(text: str) -> str:
    """A text that stands by itself, as it is: it may be data that is asked for."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_TEXT else flat[:_LONGEST_TEXT] + "…"
