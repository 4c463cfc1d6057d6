"""The part of a page that one of several alike controls belongs to: its row, its item, its card."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.facts import is_field_name
from skyvern_dagster.reading.page import PageView

_NAME_AND_VALUE = 2
"""Children of a line that is a field's name with its value."""

_RECORD_ROLES = frozenset({"row", "listitem", "article", "treeitem"})
"""Roles that mark a whole record where several stand side by side."""

_LEADS = frozenset({"term", "heading"})
"""Roles of what stands before a part and says what it is about."""


def own_part(view: PageView, node: Node, others: Sequence[Node]) -> Node:
    """The largest part of the page around a node that is about nothing else.

    That is a row among rows, an item among items; else what holds none of the other nodes.

    Args:
        view: The page.
        node: A control.
        others: The ones that are like it.
    """
    best = node
    for above in view.ancestors(node):
        if is_one_of_several(view, best):
            return best
        if any(view.holds(above, other) for other in others if other is not node):
            return best
        best = above
    return best


def text_with_lead(view: PageView, part: Node) -> str:
    """What a part says; of one that explains a term, or stands below a heading, with that."""
    led = [one for one in view.earlier(part)[-1:] if one.role in _LEADS]
    return " ".join(view.text(one) for one in (*led, part))


def is_one_of_several(view: PageView, node: Node) -> bool:
    """Whether a node is a record among others by its role, and not a line of a record's details."""
    if node.role not in _RECORD_ROLES:
        return False
    alike = siblings_alike(view, node)
    return len(alike) > 1 and any(view.controls_in(one) for one in alike)


def siblings_alike(view: PageView, node: Node) -> list[Node]:
    """The records that stand side by side with this one, itself included, in order."""
    parent = view.parent(node)
    if parent is None:
        return [node]
    return [
        one for one in parent.children if one.role == node.role and not _is_no_record(view, one)
    ]


def _is_no_record(view: PageView, node: Node) -> bool:
    """A table's header, or a line that gives one field of a record its name."""
    if any(child.role == "columnheader" for child in node.children):
        return True
    first = node.children[0] if len(node.children) == _NAME_AND_VALUE else None
    return first is not None and is_field_name(view.text(first))
