"""Describing an element so that it can be found again on another day, and finding it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from skyvern_dagster.agent.planners.replay.recording import Element
from skyvern_dagster.agent.variables import Variables, used_in
from skyvern_dagster.browser.observation import Node, Observation

_ROWS = ("row", "listitem", "article", "treeitem")
_MENUS = frozenset({"navigation", "banner", "contentinfo", "menu", "menubar"})
_CELLS = frozenset({"cell", "gridcell"})
_INSIDE = ("dialog", "alertdialog", "iframe")
_KEPT_ATTRIBUTES = ("name", "autocomplete", "id", "label", "placeholder")
"""Attributes by which a site's own program finds an element, so that they change rarely."""
_LONGEST = 120
"""Characters of a name that are kept: enough to tell elements apart, short enough to be reviewed
in a line of YAML."""
_ENOUGH_WORDS = 0.5
"""An element's name may lose or change half of its words (`Invoice 12 (PDF, 90 kB)`) where the
variables in it are the same."""


_SHOWN = 60
"""Characters of a name in a message: a label's."""
_MOST_SHOWN = 3
"""Of what a page has instead: enough to see whether something was renamed, in one line."""


@dataclass(frozen=True)
class _Seen:
    """A node and what is around it."""

    node: Node
    row: str
    under: str
    inside: str

    @property
    def name(self) -> str:
        node = self.node
        return " ".join((node.name or node.title or node.text or node.full_text).split())[:_LONGEST]


def describe(ref: str, observation: Observation, variables: Variables) -> Element | None:
    """The element with a ref, in words; ``None`` if the page doesn't show it."""
    seen = list(_seen(observation))
    described = next((each for each in seen if each.node.ref == ref), None)
    if described is None:
        return None
    node = described.node
    url = urlsplit(node.url) if node.url else None
    element = Element(
        role=node.role,
        name=variables.lift(described.name),
        tag=node.tag,
        input_type=node.input_type,
        url=variables.path(node.url or "") if url is not None and url.path else "",
        attributes=_attributes(node, variables),
        row=_row_variables(described, variables),
        under=variables.lift(described.under),
        inside=variables.lift(described.inside),
    )
    alike = [each.node.ref for each in _best(element, seen, variables)]
    if ref not in alike:
        return None
    return element.model_copy(update={"nth": alike.index(ref) + 1, "among": len(alike)})


def find(element: Element, observation: Observation, variables: Variables) -> str | None:
    """The ref of a described element, where exactly one fits.

    Raises:
        LookupError: The description has a variable that this task doesn't have.
    """
    alike = [each.node for each in _best(element, list(_seen(observation)), variables)]
    if len(alike) == 1:
        return alike[0].ref
    if not alike:
        return None
    if len(alike) == element.among:
        return alike[element.nth - 1].ref
    same_target = alike[0].url and len({node.url for node in alike}) == 1
    return alike[0].ref if same_target else None


def shows_no_records(observation: Observation) -> bool:
    """Whether a page has no list with anything in it, menus aside: its rows may be on their way."""
    return not any(map(_is_record, _outside_menus(observation.root)))


def _outside_menus(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if child.role not in _MENUS:
            yield from _outside_menus(child)


def _is_record(node: Node) -> bool:
    """A row of one cell (`No records`) is none, nor are headers."""
    if node.role == "row":
        return sum(one.role in _CELLS for one in node.children) > 1
    return node.role in _ROWS


def what_is_there(element: Element, observation: Observation, variables: Variables) -> str:
    """What a page has in place of a described element, for people: its likest neighbours."""
    alike = [
        (_likeness(element, each, variables), each)
        for each in _seen(observation)
        if each.node.role == element.role and each.name
    ]
    alike.sort(key=lambda pair: pair[0], reverse=True)
    names = dict.fromkeys(f'{each.node.role} "{each.name[:_SHOWN]}"' for _, each in alike)
    if not names:
        return f"the page has no {element.role}"
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return f"there are {', '.join(list(names)[:_MOST_SHOWN])}{more}"


def _likeness(element: Element, seen: _Seen, variables: Variables) -> float:
    wanted = _folded(variables.fill(element.name))
    named = SequenceMatcher(None, wanted, _folded(seen.name)).ratio()
    return (
        named
        + (seen.under == element.under)
        + 2 * all(_folded(variables.fill(each)) in _folded(seen.row) for each in element.row)
    )


def in_words(element: Element) -> str:
    """A description for people: ``link "Orders"``."""
    named = f'{element.role} "{element.name}"' if element.name else element.role
    where = [f"in the row of {', '.join(element.row)}"] if element.row else []
    where += [f'under "{element.under}"'] if element.under else []
    return " ".join((named, *where))


def _best(element: Element, seen: list[_Seen], variables: Variables) -> list[_Seen]:
    scored = [(score, each) for each in seen if (score := _fit(element, each, variables)) > 0]
    best = max((score for score, _ in scored), default=0)
    return [each for score, each in scored if score == best]


def _fit(element: Element, seen: _Seen, variables: Variables) -> int:
    """How well a node fits; 0 where it can't be the one."""
    node = seen.node
    if (node.role, node.tag, node.input_type) != (element.role, element.tag, element.input_type):
        return 0
    if any(_folded(variables.fill(each)) not in _folded(seen.row) for each in element.row):
        return 0
    is_bound = bool(used_in(element.url))
    same_url = bool(element.url) and bool(node.url) and variables.is_at(element.url, node.url or "")
    if is_bound and not same_url:
        return 0
    shared = sum(
        _folded(variables.fill(value)) == _folded(node.attributes.get(name, ""))
        for name, value in element.attributes.items()
    )
    near = _folded(variables.fill(element.under)) == _folded(seen.under)
    inside = _folded(variables.fill(element.inside)) == _folded(seen.inside)
    named = _named(element, seen, variables, in_place=same_url and near and inside)
    if not named and not (not element.name and (shared or same_url)):
        return 0
    return 1 + 4 * named + 2 * same_url + 2 * shared + 2 * inside + near


def _named(element: Element, seen: _Seen, variables: Variables, *, in_place: bool) -> int:
    """2 for the same name, 1 for one that differs only in what may differ.

    That is what was seen to differ from record to record; else the other half of the words, where
    the variables in it are the same, or address and heading are (`Invoice 12`, `Orders (3)`).
    """
    wanted, shown = _folded(variables.fill(element.name)), _folded(seen.name)
    if wanted == shown and shown:
        return 2
    if element.varies:
        return int(bool(re.fullmatch(_pattern(wanted), shown)))
    names = used_in(element.name)
    if not (names or in_place) or not wanted or not shown:
        return 0
    if any(_folded(variables.values[name]) not in shown for name in names):
        return 0
    words, others = (set(re.findall(r"[^\W\d_]+", text)) for text in (wanted, shown))
    return 1 if len(words & others) >= _ENOUGH_WORDS * max(len(words), bool(others)) else 0


def _pattern(name: str) -> str:
    return r"\S.*".join(re.escape(part) for part in name.split("*"))


def _attributes(node: Node, variables: Variables) -> dict[str, str]:
    kept = {name: node.attributes[name] for name in _KEPT_ATTRIBUTES if node.attributes.get(name)}
    # Generated ids (with digits) are other ones tomorrow.
    return {
        name: variables.lift(value)[:_LONGEST]
        for name, value in kept.items()
        if not (name == "id" and re.search(r"\d", value))
    }


def _row_variables(seen: _Seen, variables: Variables) -> tuple[str, ...]:
    return tuple(f"{{{{ {name} }}}}" for name in sorted(used_in(variables.lift(seen.row))))


def _seen(observation: Observation) -> Iterator[_Seen]:
    yield from _walk(observation.root, _Around())


@dataclass
class _Around:
    """What was met on the way to a node; ``under`` is the last heading in reading order."""

    row: str = ""
    under: str = ""
    inside: str = ""


def _walk(node: Node, around: _Around) -> Iterator[_Seen]:
    for child in node.children:
        if child.role == "heading":
            around.under = " ".join((child.name or child.full_text).split())[:_LONGEST]
        if child.ref:
            yield _Seen(child, around.row, around.under, around.inside)
        row = child.full_text if child.role in _ROWS else around.row
        inside = (child.name or child.role) if child.role in _INSIDE else around.inside
        below = _Around(row, around.under, inside)
        yield from _walk(child, below)
        around.under = below.under


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
