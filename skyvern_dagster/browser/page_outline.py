"""An observation as short text for a language model: what the goal could mean stays.

Every node becomes at most one line, a row of a table or list with its cells. Long tables and lists
keep their header, their first rows, and the rows that have a rare word of the goal. Where that is
still more than the budget, lines go by rank: those with rare words of the goal first, then controls
in view, first rows, texts in view, and the rest. What was left out is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from skyvern_dagster.browser.nested_controls import (
    controls_in,
    holds_rows,
    is_control,
    is_field,
    is_frame,
    is_parted,
)
from skyvern_dagster.browser.node_words import node_text, takes_drops
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.outline_node import (
    cells_phrase,
    control,
    frame_of_rows,
    is_laid_out,
    phrase,
)
from skyvern_dagster.browser.table_cells import RowSlots, Slot, row_slots
from skyvern_dagster.texts.token_estimate import token_weight

_ROWS = frozenset({"row", "listitem", "article", "option", "treeitem", "menuitem", "gridcell"})
_NAMED = frozenset(
    {"dialog", "alertdialog", "form", "navigation", "main", "table", "grid", "list", "iframe",
     "search", "region", "group", "radiogroup", "tablist", "menu", "banner", "contentinfo",
     "complementary", "listbox", "tree", "tabpanel"}
)  # fmt: skip
_SPEAKING = frozenset({"dialog", "alertdialog", "alert", "status", "iframe"})
_FIRST_ROWS = 4
"""Of a list: they show what its rows are like."""
_MOST_ROWS = 12
"""Of a list that isn't what the goal is about. Arbitrary: a page of most lists has ten."""
_LONGEST_ROW = 500
"""Characters of a row that is kept in one line."""
_RARE = 12
"""Lines that have a word of the goal, and still tell something: as many as rows of a list."""
_RARE_SHARE = 0.1
"""The same as a share of the page: a word on every tenth line is the page's subject."""
_SHORT_WORD = 2
"""Letters: what isn't longer is hardly ever a word that tells."""

MATCHED, CONTROL_IN_VIEW, FIRST_ROW, TEXT_IN_VIEW, CONTROL, TEXT = range(6)


@dataclass(frozen=True)
class PageOutline:
    """The text and what it leaves out.

    Attributes:
        complete: Whether nothing had to be left out.
    """

    text: str
    complete: bool


@dataclass(frozen=True)
class _Line:
    depth: int
    text: str
    rank: int
    controls: int = 0
    row: int = 0
    field: str | None = None


def page_outline(
    observation: Observation, words: Iterable[str], max_tokens: int, *, all_rows: bool = False
) -> PageOutline:
    """The page in at most about ``max_tokens`` tokens.

    Args:
        observation: One look at a page.
        words: What the goal is about; lines with those of them that are rare are kept first.
        max_tokens: Budget, as the text's scripts are estimated.
        all_rows: Whether long tables and lists are kept as far as the budget goes, for reading.
    """
    wanted_words = frozenset(word.casefold() for word in words if word)
    lines = list(_without_repeats(list(_Reading(observation.root, wanted_words).lines())))
    lines = _matched(lines, wanted_words)
    wanted = {
        index
        for index, line in enumerate(lines)
        if all_rows or line.row <= _MOST_ROWS or line.rank == MATCHED
    }
    kept = _within(lines, wanted, max_tokens)
    if len(kept) == len(lines):
        return PageOutline("\n".join(_printed(line) for line in lines), complete=True)
    return PageOutline("\n".join(_with_gaps(lines, kept)), complete=False)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of a goal that are worth looking for on a page."""
    words = {word for text in texts for word in re.findall(r"[^\W_][\w-]*", text.casefold())}
    return frozenset(word for word in words if len(word) > _SHORT_WORD) - _FILLERS


class _Reading:
    """Lines of a tree, in document order."""

    def __init__(self, root: Node, words: frozenset[str]) -> None:
        self._root = root
        self._words = words
        self._slots: RowSlots = row_slots(root)

    def lines(self) -> Iterator[_Line]:
        """Every line there is."""
        return self._below(self._root, 0)

    def _below(self, node: Node, depth: int) -> Iterator[_Line]:
        rows = 0
        children = list(_with_pairs(node.children))
        for child in children:
            if child.role in _ROWS:
                rows += 1
            yield from self._of(child, depth, rows if child.role in _ROWS else 0)

    def _of(self, node: Node, depth: int, row: int) -> Iterator[_Line]:
        if slots := self._slots.get(id(node)) or _pair_slots(node):
            yield from self._row(node, slots, depth, row)
            return
        if is_frame(node):
            yield from self._of(node.children[0], depth, row)
            return
        if not row and is_control(node) and (holds_rows(node) or is_parted(node)):
            yield _line(node, depth, frame_of_rows(node), 0)
            yield from self._below(node, depth + 1)
            return
        if row or is_control(node) or not node.children:
            text = phrase(node, row=bool(row), words=self._words)
            if not row or len(text) <= _LONGEST_ROW:
                if text:
                    yield _line(node, depth, text, row)
                return
            text = ""
        else:
            text = _heading(node)
        if text:
            yield _line(node, depth, text, 0)
        if node.role != "heading" or not text:
            # A heading's line has its controls, too.
            yield from self._below(node, depth + bool(text))

    def _row(self, node: Node, slots: tuple[Slot, ...], depth: int, row: int) -> Iterator[_Line]:
        """A row on one line; cells that are laid out like a page of their own follow below it."""
        laid_out = [slot.cell for slot in slots if slot.cell is not None and is_laid_out(slot.cell)]
        if len(slots) > 1 or not laid_out:
            shown = tuple(Slot(None) if slot.cell in laid_out else slot for slot in slots)
            if text := cells_phrase(shown, node, self._words):
                yield _line(node, depth, text, row)
        for cell in laid_out:
            yield from self._below(cell, depth + 1)


def _with_pairs(children: tuple[Node, ...]) -> Iterator[Node]:
    """Nodes in their order, a term of a definition list together with what it is said to be."""
    pair: list[Node] = []
    for child in children:
        if pair and child.role != "definition":
            yield _paired(pair)
            pair = []
        if pair or child.role == "term":
            pair.append(child)
        else:
            yield child
    if pair:
        yield _paired(pair)


def _paired(pair: list[Node]) -> Node:
    return pair[0] if len(pair) == 1 else Node("row", children=tuple(pair))


def _pair_slots(node: Node) -> tuple[Slot, ...]:
    is_pair = node.role == "row" and bool(node.children) and node.children[0].role == "term"
    return tuple(map(Slot, node.children)) if is_pair else ()


def _heading(node: Node) -> str:
    """What a container is called, where that says something."""
    if node.role == "heading" or (node.role in ("paragraph", "generic", "text") and node.text):
        return phrase(node, row=False)
    if takes_drops(node) and node.ref:
        return f"{control(node)}:"
    if node.role in _SPEAKING or (node.role in _NAMED and node.name):
        name = f' "{node.name}"' if node.name else ""
        return f"{node.role}{name}:"
    return node_text(node)


def _line(node: Node, depth: int, text: str, row: int) -> _Line:
    controls = controls_in(node) if row or is_control(node) else 0
    field = (node.name or node.placeholder) if is_field(node) and is_control(node) else None
    return _Line(depth, text, _rank(node, row, controls), controls, row, field)


def _rank(node: Node, row: int, controls: int) -> int:
    header = row == 1 and any(child.role == "columnheader" for child in node.children)
    if header or node.role in _SPEAKING or node.role == "heading" or node.active or node.invalid:
        return MATCHED
    if controls and node.in_viewport:
        return CONTROL_IN_VIEW
    if 0 < row <= _FIRST_ROWS:
        return FIRST_ROW
    if node.in_viewport:
        return TEXT_IN_VIEW
    return CONTROL if controls else TEXT


def _matched(lines: list[_Line], wanted: frozenset[str]) -> list[_Line]:
    """Lines with a rare word of the goal, ranked first; a word in every row tells nothing."""
    if not wanted:
        return lines
    folded = [line.text.casefold() for line in lines]
    most = max(_RARE, _RARE_SHARE * len(lines))
    first = set()
    for word in wanted:
        places = [index for index, text in enumerate(folded) if word in text]
        if len(places) <= most:
            first.update(places)
    return [
        replace(line, rank=MATCHED) if index in first else line for index, line in enumerate(lines)
    ]


def _without_repeats(lines: list[_Line]) -> Iterator[_Line]:
    """Without the labels that only repeat the name of the field before or after them.

    Nothing else goes: a number that its neighbour has, too, is another number.
    """
    for index, line in enumerate(lines):
        around = lines[max(0, index - 1) : index] + lines[index + 1 : index + 2]
        is_text = not line.controls and not line.row
        if is_text and any(
            " ".join(each.field.split()) == line.text for each in around if each.field
        ):
            continue
        yield line


def _within(lines: list[_Line], wanted: set[int], tokens: float) -> frozenset[int]:
    kept: set[int] = set()
    left = tokens
    for index in sorted(wanted, key=lambda index: (lines[index].rank, index)):
        cost = token_weight(f"{_printed(lines[index])}\n")
        if cost > left:
            continue
        left -= cost
        kept.add(index)
    return frozenset(kept)


def _with_gaps(lines: list[_Line], kept: frozenset[int]) -> Iterator[str]:
    gap: list[_Line] = []
    for index, line in enumerate(lines):
        if index not in kept:
            gap.append(line)
            continue
        if gap:
            yield _gap(gap)
            gap = []
        yield _printed(line)
    if gap:
        yield _gap(gap)


def _gap(gap: list[_Line]) -> str:
    controls = sum(line.controls for line in gap)
    held = f" with {controls} controls" if controls else ""
    return f"{' ' * gap[0].depth}… {len(gap)} lines{held} left out"


def _printed(line: _Line) -> str:
    return f"{' ' * line.depth}{line.text}"


_FILLERS = frozenset(
    {"about", "after", "all", "and", "any", "are", "ask", "but", "can", "complete", "each", "every",
     "find", "for", "from", "get", "given", "give", "goal", "has", "have", "how", "into", "its",
     "make", "more", "must", "not", "now", "one", "only", "open", "other", "out", "page", "please",
     "same", "see", "shall", "should", "show", "shown", "some", "such", "terminate", "than", "that",
     "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "too",
     "use", "used", "using", "was", "way", "what", "when", "where", "which", "while", "who", "will",
     "with", "would", "you", "your", "der", "die", "das", "und", "les", "des", "para", "por"}
)  # fmt: skip
