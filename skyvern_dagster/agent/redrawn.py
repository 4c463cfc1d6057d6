"""The same decision for an element that a page has drawn anew since it was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skyvern_dagster.agent.decisions import Decision
from skyvern_dagster.browser.observation import Node, Observation

_ROWS = frozenset({"row", "listitem", "article", "treeitem", "option"})


@dataclass(frozen=True)
class _Place:
    """A node with the text of the row, item or card around it."""

    node: Node
    row: str


def for_redrawn(decision: Decision, before: Observation, now: Observation) -> Decision | None:
    """The decision with the new refs of elements that were drawn anew.

    ``None`` where all are still there, so that it wasn't that, or where it isn't certain which one
    is the element: by how it reads, by the row around it, and outside of rows by its place among as
    many as there were.
    """
    moved: dict[str, str] = {}
    for name in ("ref", "to_ref"):
        ref = getattr(decision, name, None)
        if ref is None or now.find(ref) is not None:
            continue
        found = _found_again(ref, before, now)
        if found is None:
            return None
        moved[name] = found
    return decision.model_copy(update=moved) if moved else None


def _found_again(ref: str, before: Observation, now: Observation) -> str | None:
    places = list(_places(before.root, ""))
    old = next((place for place in places if place.node.ref == ref), None)
    if old is None:
        return None
    then, alike = (
        [place for place in among if place.node.ref and _reads(place.node) == _reads(old.node)]
        for among in (places, list(_places(now.root, "")))
    )
    if len(alike) > 1 and old.row:
        alike = [place for place in alike if place.row == old.row]
    elif len(alike) == len(then):
        alike = [alike[then.index(old)]]
    return alike[0].node.ref if len(alike) == 1 else None


def _places(node: Node, row: str) -> Iterator[_Place]:
    for child in node.children:
        yield _Place(child, row)
        yield from _places(child, child.full_text if child.role in _ROWS else row)


def _reads(node: Node) -> tuple[str, ...]:
    return (node.role, node.name, node.text, node.tag, node.input_type, node.url or "")
