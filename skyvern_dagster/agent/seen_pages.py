"""The pages that led to a file: which records they name, and whether the wanted one is there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.identifiers import mentions_identifier, serials_in
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_part import calls_record, find_record, numbers_like
from skyvern_dagster.reading.wanted_item import WantedItem

_MOST_PAGES = 4
"""The list, the page before and two of the record's own."""


class SeenPages:
    """Questions to the latest pages of a task.

    Args:
        item: The record that is wanted.
        named: What the task names; its numbers are no other record's.
        by_end: Whether its number may be only the end of a longer one.
    """

    def __init__(self, item: WantedItem, named: str, *, by_end: bool) -> None:
        self._item = item
        self._named = named
        self._by_end = by_end
        self._seen: deque[Observation] = deque(maxlen=_MOST_PAGES)
        self._is_shown = False

    def see(self, observation: Observation) -> None:
        """Remembers a page."""
        self._seen.append(observation)
        path = observation.url.partition("?")[0].replace("/", " ")
        said = (_shown(observation.root), observation.title, path)
        numbers = (self._item.identifier, *self._item.listed)
        self._is_shown |= any(mentions_identifier(text, one) for text in said for one in numbers)
        self._is_shown |= self._by_end and bool(serials_in(said, self._item.identifier))

    def entered(self, text: str) -> None:
        """Remembers what was typed or chosen: the page that answers is about it."""
        numbers = (self._item.identifier, *self._item.listed)
        self._is_shown |= any(mentions_identifier(text, one) for one in numbers if one)

    @property
    def name_others_only(self) -> bool:
        """Whether pages were seen, and none of them all named the record."""
        return bool(self._seen) and not self._is_shown

    def list_as_another(self, number: str) -> bool:
        """Whether a page gives a number of whatever form to a record, where the task doesn't."""
        if mentions_identifier(self._named, number):
            return False
        views = [PageView(one) for one in self._seen]
        own = [find_record(view, self._item.identifier) for view in views]
        inside = {
            id(below)
            for part in own
            if part is not None and not part.is_page
            for node in part.nodes
            for below in node.walk()
        }
        return any(
            calls_record(view.text(node), number)
            for view in views
            for node in view.nodes
            if not node.children and id(node) not in inside
        )

    def neighbours(self) -> frozenset[str]:
        """Numbers of the same form that pages gave to other records than this one."""
        wanted, others, own = self._item.identifier, set[str](), set[str]()
        for observation in self._seen:
            view = PageView(observation)
            part = find_record(view, wanted)
            if part is None or part.is_page:
                continue
            own.update(number for node in part.nodes for number in _numbers(view, node, wanted))
            others.update(_numbers(view, view.root, wanted))
        named = {one for one in others if mentions_identifier(self._named, one)}
        return frozenset(others - own - named)


def _shown(node: Node) -> str:
    """What a part of the page says; of a list of options only what is chosen."""
    chosen = " ".join(one.label for one in node.options if one.selected)
    if node.options:
        return f"{node.name} {chosen}"
    return " ".join((node.name, node.text, *map(_shown, node.children)))


def _numbers(view: PageView, node: Node, wanted: str) -> Iterator[str]:
    """The numbers of records in the texts below a node, each text by itself."""
    for one in node.walk():
        if not one.children and (text := view.text(one)):
            yield from numbers_like(text, wanted)
