"""Where on a page one particular record is: its row, its card, or the whole page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.cells import RECORD_ROLES, TABLE_ROLES
from skyvern_dagster.reading.controls import url_words
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.identifiers import (
    find_identifiers,
    mentions_identifier,
    same_identifier,
)
from skyvern_dagster.reading.own_part import is_one_of_several, siblings_alike
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_numbers import is_weak, numbered_by
from skyvern_dagster.reading.words import fold, unglued

_ANY_DAY = date(2000, 1, 1)
"""Relative dates only have to be recognised here; which day they mean doesn't matter."""


_MIN_LIKENESS = 0.3
"""Three digits alone have 0.4 and two 0.1 (`identifiers`): numbers of three digits can name
records, counts can't. 0.15 and 0.45 do as well on the page tests."""


_MAX_DIFFERENCE = 2
"""By how many characters numbers of one kind differ in length: 98 and 1000 lie in one list, 7 and
1000 hardly. With 0 a row of the page tests isn't told from its neighbours; 4 does as well."""


_LEAST_COLUMNS = 3
"""Of a list of records: number, day and amount. A name with its value is a record's detail."""

_LANDMARKS = frozenset({"main", "document", "dialog", "alertdialog"})


@dataclass(frozen=True)
class RecordPart:
    """The part of the page that is about one record.

    Attributes:
        nodes: The nodes that make it up.
        is_page: Whether it is the page's only record, as on its detail page.
    """

    nodes: tuple[Node, ...]
    is_page: bool


def find_record(view: PageView, identifier: str) -> RecordPart | None:
    """The part of the page that names exactly this record, or ``None``."""
    parts = find_records(view, identifier)
    if not parts:
        return None
    rows = [one for one in parts if not one.is_page]
    return max(rows or parts, key=lambda one: len(view.controls_in(one.nodes[0])))


def find_records(view: PageView, identifier: str) -> list[RecordPart]:
    """All parts of the page that name this record; several records may have one number."""
    places = [node for node in view.nodes if not node.children and _names(view, node, identifier)]
    places = places or [node for node in view.nodes if _names(view, node, identifier)][-1:]
    parts = [
        _around(view, place, identifier)
        for place in places
        if view.region(place) not in {"banner", "contentinfo"}
    ]
    parts = parts or [_around(view, place, identifier) for place in places]
    return [one for one in parts if one.is_page or not _says_only(view, one, identifier)]


def _says_only(view: PageView, part: RecordPart, identifier: str) -> bool:
    """Whether a part is nothing but the number, as in a row of page numbers."""
    said = " ".join(view.text(node) for node in part.nodes)
    return is_weak(identifier) and same_identifier(said.strip(" #."), identifier)


def _names(view: PageView, node: Node, identifier: str) -> bool:
    texts = (view.text(node), node.name)
    if is_weak(identifier):
        return any(text and calls_record(text, identifier) for text in texts)
    return any(text and mentions_identifier(text, identifier) for text in texts)


def calls_record(text: str, identifier: str) -> bool:
    """Whether a text gives a record this number, and doesn't count something with it.

    The number stands alone, or behind a word for it: ``3``, ``#3``, ``Order 3``, not ``3 items``.
    """
    taken = [(day.start, day.end) for day in find_dates(text, _ANY_DAY)]
    taken += [(money.start, money.end) for money in find_amounts(text)]
    for one in find_identifiers(text, (*taken, (0, 0))):
        if same_identifier(one.text, identifier):
            before = fold(" ".join(text[: one.start].split()[-3:])).rstrip("#: ")
            # `3 2024-04-02 7.50 EUR` begins with its number, `3 items` with a count.
            follows = text[one.end :].strip()[:1]
            alone = not text[: one.start].strip() and not follows.isalpha()
            if alone or one.marked or numbered_by(before, right_behind=True) is not None:
                return True
    return False


def _around(view: PageView, place: Node, identifier: str) -> RecordPart:
    """From the place that names the record up to just below where other records begin."""
    best = place
    for above in view.ancestors(place):
        alone = is_one_of_several(view, best) or _is_only_row(view, best) or _is_term(view, best)
        if alone or _others(view.text(above), identifier):
            return RecordPart(_with_followers(view, best, above, identifier), is_page=False)
        best = above
        if above.role in _LANDMARKS:
            break
    return RecordPart((best,), is_page=True)


def _is_term(view: PageView, node: Node) -> bool:
    """Whether a node is one of several terms whose explanations have controls: a record's name."""
    parent = view.parent(node) if node.role == "term" else None
    explained = [one for one in (parent.children if parent else ()) if one.role == "definition"]
    return sum(bool(view.controls_in(one)) for one in explained) > 1


def _is_only_row(view: PageView, node: Node) -> bool:
    """Whether a node is all that a list has left after it was searched: what it does, opens it."""
    parent = view.parent(node)
    if node.role != "row" or parent is None or siblings_alike(view, node) != [node]:
        return False
    columns = max((len(one.children) for one in view.nodes if _heads(view, one, node)), default=0)
    acts = bool(node.ref and node.clickable) or bool(view.controls_in(node))
    return acts and len(node.children) == columns >= _LEAST_COLUMNS


def _heads(view: PageView, row: Node, record: Node) -> bool:
    """Whether a row names the columns of the table that a record is in."""
    if not row.children or any(one.role != "columnheader" for one in row.children):
        return False
    table = next((one for one in view.ancestors(record) if one.role in TABLE_ROLES), None)
    return table is not None and view.holds(table, row)


def _others(text: str, identifier: str) -> bool:
    """Whether a text names further records of the same form of number."""
    return any(not same_identifier(one, identifier) for one in numbers_like(text, identifier))


def numbers_like(text: str, identifier: str) -> list[str]:
    """The numbers of a text that could name records beside this one: same form, about as long.

    Dates, amounts, years and counts are none.
    """
    plain = unglued(text)
    taken = [(day.start, day.end) for day in find_dates(plain, _ANY_DAY)]
    taken += [(money.start, money.end) for money in find_amounts(plain)]
    return [
        one.text
        for one in find_identifiers(plain, (*taken, (0, 0)))
        if (one.likeness >= _MIN_LIKENESS or _of_one_series(one.text, identifier))
        and _alike(one.text, identifier)
    ]


def _of_one_series(number: str, identifier: str) -> bool:
    """Whether short numbers have the same letters and signs: ``A-3`` and ``A-2``."""
    lettered = any(map(str.isalpha, number)) and any(map(str.isdigit, number))
    return lettered and form_of(number) == form_of(identifier)


def _alike(number: str, identifier: str) -> bool:
    difference = abs(len(re.sub(r"\W", "", number)) - len(re.sub(r"\W", "", identifier)))
    if difference > _MAX_DIFFERENCE:
        return False
    wanted = form_of(identifier)
    jumbled = wanted == "jumbled" and not difference and number.isupper()
    return jumbled or form_of(number) == wanted


def form_of(identifier: str) -> str:
    """The form of a number: ``GA-20431`` is ``ga|a-0``; numbers of one kind share it."""
    plain = identifier.strip().lstrip("#")
    letters = re.match(r"[^\W\d_]*", plain)
    shape = re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "a", plain))
    if re.fullmatch(r"a?(0a)+0?|a0a", shape):
        return "jumbled"
    if re.fullmatch(r"a-[a0]+", shape):
        shape = "a-x"
    return f"{letters.group().lower() if letters else ''}|{shape}"


def _with_followers(view: PageView, node: Node, parent: Node, identifier: str) -> tuple[Node, ...]:
    """The node, and the nodes after it that still belong to it on a flat page."""
    children = list(parent.children)
    index = next(position for position, child in enumerate(children) if child is node)
    nodes = [node]
    enclosed = node.role in RECORD_ROLES and node.role != "row"
    for child in children[index + 1 :]:
        text = view.text(child)
        if (
            enclosed
            or _others(text, identifier)
            or not _may_follow(child, node)
            or not _is_addition(view, child, node)
        ):
            break
        nodes.append(child)
    return tuple(nodes)


def _may_follow(node: Node, first: Node) -> bool:
    """Rows below a row, what explains a term; below a heading all down to the next of its level."""
    if first.role == "heading":
        return node.role != "heading" or (node.level or 2) > (first.level or 2)
    if first.role == "term":
        return node.role == "definition"
    return first.role == node.role == "row"


def _is_addition(view: PageView, node: Node, record: Node) -> bool:
    """Whether a row only adds to a record's: fewer cells, or controls only."""
    if node.role != "row" or len(node.children) <= min(2, len(record.children) - 1):
        return True
    return not re.search(r"\d{3}", view.text(node))


def is_about(view: PageView, identifier: str) -> bool:
    """Whether the page itself is this record's: its address or a main heading names it."""
    if mentions_identifier(url_words(view.url), identifier) or mentions_identifier(
        view.url.replace("/", " ").replace("=", " "), identifier
    ):
        return True
    return any(mentions_identifier(heading, identifier) for heading in view.main_headings)
