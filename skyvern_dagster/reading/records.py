"""Repeated records of a page: table rows, list items, cards, and pieces of a flat page.

Every plausible way to see records in the page is a candidate; which one is right is decided by
how well it fills the fields that are asked for (:mod:`.fields`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import TABLE_ROLES
from skyvern_dagster.reading.controls import INPUT_ROLES
from skyvern_dagster.reading.facts import is_field_name
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record, RecordSet, TableCell
from skyvern_dagster.reading.tables import read_table, union_of
from skyvern_dagster.reading.text_lengths import LABEL
from skyvern_dagster.reading.words import flat, fold

_COLUMNS = 2
"""A table has two columns and more; one is a list."""

_ITEMS = frozenset({"listitem", "article"})


_LEAST_ITEMS = 2
"""Two items of one kind side by side are a list; one alone needs the role that says so."""


_SINGLE = frozenset({"listitem", "article", "row", "group", "region"})


_MAX_TEXT = 4000
"""Characters of one record. An order's card with ten articles of 150 characters each comes to
half of it; what is longer holds several records, or the whole page. Half and twice as many do as
well on the page tests."""


_MAX_RECORDS = 2000
"""A bound on the work: four times the 500 that lists offer at most to show at once."""


def record_sets(view: PageView, today: date) -> list[RecordSet]:
    """All ways to see records in this page."""
    candidates: list[RecordSet] = []
    tables = [node for node in view.nodes if node.role in TABLE_ROLES]
    by_header: dict[tuple[str, ...], list[RecordSet]] = {}
    for table in tables:
        one = _without_empty(read_table(view, table, today))
        if one.records:
            candidates.append(one)
            by_header.setdefault(one.columns, []).append(one)
    candidates.extend(
        union_of(sets) for columns, sets in by_header.items() if columns and len(sets) > 1
    )
    for node in view.nodes:
        if node.role not in TABLE_ROLES and node.role not in {
            "rowgroup",
            "row",
            "combobox",
            "listbox",
        }:
            candidates.extend(_lists(view, node, today))
    candidates.append(_whole_page(view, today))
    return candidates


def regular_sets(view: PageView, today: date) -> Iterator[RecordSet]:
    """The tables and lists in which a value can be found again by its place, in page order."""
    under = ""
    for node in view.nodes:
        if node.role == "heading":
            under = view.redact(flat(node.name or node.full_text))
        one = (
            read_table(view, node, today) if node.role in TABLE_ROLES else _items(view, node, today)
        )
        if one is not None and one.is_regular:
            yield replace(one, under=under)


def _items(view: PageView, node: Node, today: date) -> RecordSet | None:
    """The items of a list, all of one kind; one alone is a list only where it says so."""
    items = [child for child in node.children if child.role in _ITEMS]
    if len(items) < (1 if node.role == "list" else _LEAST_ITEMS):
        return None
    if len({item.role for item in items}) != 1:
        return None
    listed = _list_of(view, "list", [[item] for item in items], node, today)
    return replace(
        listed, name=view.redact(flat(node.name)), is_regular=len(listed.records) == len(items)
    )


def _without_empty(table: RecordSet) -> RecordSet:
    return replace(table, records=tuple(one for one in table.records if one.facts))


def _whole_page(view: PageView, today: date) -> RecordSet:
    """The content of the page taken for one record: a list that has a single entry."""
    main = next((node for node in view.nodes if node.role == "main"), view.root)
    start = max(
        (view.position(node) for node in view.nodes if node.role == "heading" and node.level == 1),
        default=-1,
    )
    nodes = [
        node
        for node in view.nodes
        if not node.children and view.position(node) > start and view.holds(main, node)
    ]
    return _list_of(view, "page", [nodes] if nodes else [], main, today)


def _lists(view: PageView, node: Node, today: date) -> Iterator[RecordSet]:
    children = [child for child in node.children if _is_item(view, child)]
    if _are_rows_of_table(view, node, children):
        return
    if len(children) >= _LEAST_ITEMS:
        yield from _children(view, node, children, today)
        yield from _grandchildren(view, node, children, today)
        yield from _sections(view, node, today)
    elif len(children) == 1 and children[0].role in _SINGLE:
        yield _list_of(view, "list", [[children[0]]], node, today)


def _are_rows_of_table(view: PageView, node: Node, children: list[Node]) -> bool:
    """Whether these are read as a table already, with what its columns are called."""
    rows = sum(child.role == "row" for child in children)
    in_table = any(above.role in TABLE_ROLES for above in view.ancestors(node))
    return in_table and rows * 2 > len(children)


def _is_item(view: PageView, node: Node) -> bool:
    if node.role in INPUT_ROLES or node.role in {"option", "separator"}:
        return False
    return 0 < len(view.text(node)) <= _MAX_TEXT


def _children(view: PageView, node: Node, children: list[Node], today: date) -> Iterator[RecordSet]:
    header = _soup_header(view, children)
    if header:
        rows = [child for child in children[1:] if view.text(child)]
        records = tuple(_soup_record(view, row, header, today) for row in rows)
        yield RecordSet("table", records, header, node)
        return
    roles = Counter(child.role for child in children)
    for role, count in roles.items():
        if count >= _LEAST_ITEMS and role not in {"text", "heading"}:
            alike = [[child] for child in children if child.role == role]
            yield _list_of(view, "list", alike, node, today)


def _soup_header(view: PageView, children: list[Node]) -> tuple[str, ...]:
    """Column names of a table made of plain boxes: a first row of field names only."""
    first, second = _boxes(view, children[0]), _boxes(view, children[1])
    names = tuple(view.text(one) for one in first)
    if (
        len(first) < _COLUMNS
        or len(second) < _COLUMNS
        or any(re.search(r"\d", name) for name in names)
    ):
        return ()
    fields = sum(is_field_name(name) for name in names)
    return names if fields >= _COLUMNS and fields * 2 >= len(names) else ()


def _boxes(view: PageView, row: Node) -> list[Node]:
    """The boxes side by side that a row consists of, wrappers left aside."""
    children = [child for child in row.children if view.text(child) or child.ref]
    while len(children) == 1 and children[0].children:
        children = [child for child in children[0].children if view.text(child) or child.ref]
    return children


def _soup_record(view: PageView, row: Node, header: tuple[str, ...], today: date) -> Record:
    names = (*header, *[""] * len(row.children))
    boxes = _boxes(view, row)
    cells = (TableCell(box, name, name) for box, name in zip(boxes, names, strict=False))
    return Record(view, (row,), today, tuple(cells))


def _grandchildren(
    view: PageView, node: Node, children: list[Node], today: date
) -> Iterator[RecordSet]:
    """Lists of one kind below each other, such as one per month."""
    inner: list[list[Node]] = []
    for child in children:
        items = [one for one in child.children if _is_item(view, one)]
        roles = Counter(one.role for one in items if one.role not in {"heading", "text"})
        if roles:
            role = roles.most_common(1)[0][0]
            inner.append([one for one in items if one.role == role])
    flat = [[one] for items in inner for one in items]
    if len(inner) >= _LEAST_ITEMS and len(inner) < len(flat) <= _MAX_RECORDS:
        yield _list_of(view, "groups", flat, node, today)


def _sections(view: PageView, node: Node, today: date) -> Iterator[RecordSet]:
    """Records without a box of their own: each begins where the first piece comes again."""
    keys = [_shape(view, child) for child in node.children]
    counted = Counter(key for key in keys if key)
    first = next((key for key in keys if key and counted[key] >= _LEAST_ITEMS), "")
    if not first or len(counted) < _COLUMNS:
        return
    parts: list[list[Node]] = []
    for key, child in zip(keys, node.children, strict=True):
        if key == first:
            parts.append([])
        if parts and child.role not in INPUT_ROLES:
            parts[-1].append(child)
    if any(len(part) > 1 for part in parts):
        yield _list_of(view, "sections", parts, node, today)


def _shape(view: PageView, node: Node) -> str:
    if node.role in INPUT_ROLES:
        return ""
    if node.role in {"heading", "separator"}:
        return f"{node.role}{node.level}"
    text = fold(view.text(node))
    return f"{node.role} {re.sub(r'[0-9]+', '0', text)}" if text and len(text) < LABEL else ""


def _list_of(
    view: PageView, shape: str, parts: list[list[Node]], container: Node, today: date
) -> RecordSet:
    records = tuple(Record(view, tuple(nodes), today) for nodes in parts[:_MAX_RECORDS])
    return RecordSet(shape, records, (), container)
