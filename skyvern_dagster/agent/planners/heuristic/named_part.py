"""Whether a row, a card or a section is the thing that a goal names: no other place of it counts.

`Delete the user Bob Elm` isn't the row of somebody whose manager is Bob Elm; `Pay invoice 7` isn't
the row with seven pieces, nor the one that says `replaces 7`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.acts import LEAST_NOUN, is_kin_of_any, linking_words
from skyvern_dagster.reading.cells import CELL_ROLES, TABLE_ROLES, cells_below
from skyvern_dagster.reading.concepts import FAIRLY, MOSTLY, concept, word_list
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.words import fold, stems, words


@dataclass(frozen=True)
class _Place:
    """A text of a part, what it is called there, and whether it stands first or is a heading."""

    label: str
    text: str
    leads: bool


@dataclass(frozen=True)
class NamedPart:
    """A part of a page, and the words with which a goal speaks of what it wants.

    Attributes:
        nodes: The part, and a heading before it.
        said: Folded words of the goal and of the names of what is given.
    """

    situation: Situation
    nodes: tuple[Node, ...]
    said: tuple[str, ...]

    def names(self, word: str, left: Sequence[str]) -> bool:
        """Whether the part is what a word of the goal is of: by its number, or its whole name.

        Args:
            word: A number, a word, or a value that was given.
            left: The words of the goal that nothing else accounts for.
        """
        wanted = stems(" ".join(left)) | stems(word)
        numbered = any(map(str.isdigit, word))
        return any(
            self._is_numbered(place, word) if numbered else self._is_called(place, word, wanted)
            for place in self._places
        )

    def days(self) -> tuple[str, ...]:
        """The days that the part is of, in places that say no more than that it is a day."""
        today = self.situation.today
        return tuple(
            str(day)
            for place in self._places
            if place.leads or self._is_day(place.label)
            for one in find_dates(place.text, today)
            for day in one.days
        )

    def _is_day(self, label: str) -> bool:
        return concept("form.day").score(label) >= MOSTLY or bool(
            label and self._are_of_it(words(label))
        )

    @cached_property
    def _places(self) -> tuple[_Place, ...]:
        found: list[_Place] = []
        for node in self.nodes:
            found += self._of_row(node) if node.role == "row" else self._of_block(node, not found)
        return tuple(found)

    def _of_row(self, row: Node) -> Iterator[_Place]:
        view = self.situation.view
        table = next((one for one in view.ancestors(row) if one.role in TABLE_ROLES), None)
        rows = [one for one in table.walk() if one.role == "row"] if table is not None else []
        heads = [view.text(one) for one in rows[0].children] if rows else []
        cells = [one for one in row.children if one.role in CELL_ROLES]
        named = heads if len(heads) == len(cells) and rows[0] is not row else [""] * len(cells)
        for at, (cell, head) in enumerate(zip(cells, named, strict=True)):
            yield _Place(head, view.text(cell), at == 0)

    def _of_block(self, node: Node, first: bool) -> Iterator[_Place]:
        for cell in cells_below(node, str):
            if cell.role == "button" or not cell.text:
                continue
            yield _Place(cell.label, cell.text, first or cell.role.startswith("heading"))
            first = False

    def _is_numbered(self, place: _Place, number: str) -> bool:
        rest = [one for one in words(place.text) if one not in words(number)]
        if not mentions_identifier(place.text, number) or not self._are_of_it(rest):
            return False
        if place.label:
            return self._are_of_it(words(place.label))
        return place.leads or bool(rest)

    def _is_called(self, place: _Place, word: str, wanted: frozenset[str]) -> bool:
        told = stems(place.text)
        rest = [one for one in words(place.text) if not stems(one) <= wanted]
        if not stems(word) <= told or not self._are_of_it(rest):
            return False
        named = concept("form.full_name").score(place.label) >= FAIRLY
        return place.leads or named or bool(place.label and self._are_of_it(words(place.label)))

    def _are_of_it(self, said: Sequence[str]) -> bool:
        """Whether words say no more than what the thing is, and that a number follows."""
        listed = word_list("items")
        numbered = frozenset(listed["number_words"])
        endings = tuple(listed["number_endings"])
        links = linking_words(" ".join(said))
        return all(
            one in numbered
            or one in links
            or (one.endswith(endings) and self._is_compound(one))
            or is_kin_of_any(one, self.said)
            for one in said
        )

    def _is_compound(self, word: str) -> bool:
        plain = (fold(one) for one in self.said)
        return word in word_list("items")["number_endings"] or any(
            len(one) >= LEAST_NOUN and word.startswith(one) for one in plain
        )
