"""Facts: the dates, amounts, identifiers and texts of a piece of a page, with their labels.

``Order #10432 placed on 12 May 2024`` holds two facts; ``Total`` before ``12,00 €`` labels one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import lru_cache

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import Amount, find_amounts
from skyvern_dagster.reading.concepts import concepts
from skyvern_dagster.reading.controls import CONTROL_ROLES, INPUT_ROLES
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.identifiers import Identifier, find_identifiers
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.range_words import either
from skyvern_dagster.reading.text_lengths import FIELD_NAME
from skyvern_dagster.reading.words import fold, unglued

_PLAIN_NAME = 0.85
"""Of `Concept.score`: all but a sixth of the text's letters is a field's name."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


_LABEL_SPLIT = re.compile(
    r"^\s*([^:：\d]{1,50}?)\s*[:：]\s+(?=\S)|^\s*([^:：\d]{1,50}?)\s*[:：](?=\d|#|[€$£])"
)


_MAX_LABEL_WORDS = 6
"""Words of a label that stands before its value (`Date on which you ordered`). 4 and 9 do as
well on the page tests."""


_CENTS = re.compile(r"\d{2}")
_WHOLE = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,' ]\d{3})*([.,]?)$")
"""A number without decimals, at the end of a text."""
_RATE = re.compile(r"(?<=\S)\s*\(?\s*\d{1,3}(?:[.,]\d{1,3})?\s*%\s*\)?\s*$")
_DAY_IN_NUMBERS = re.compile(r"\d{4}|\d[./-]\d")
"""What a day with its year, or one in numbers, has: nothing is left to tell of it."""
_TICKED = frozenset({"checkbox", "switch"})
_TICK, _NO_TICK = "☑", "☐"
_LABEL_ROLES = frozenset({"term", "rowheader", "columnheader", "heading"})


class Kind(Enum):
    """What kind of value a fact holds."""

    DATE = "date"
    AMOUNT = "amount"
    IDENTIFIER = "identifier"
    NUMBER = "number"
    EMAIL = "email"
    TEXT = "text"


@dataclass(frozen=True)
class Fact:
    """One value on a page.

    Attributes:
        text: As the page writes it.
        label: What the page calls it, or empty.
        value: The parsed value behind the text.
        node: Where it stands.
        column: Name of its table column, or empty.
        whole: Whether it is all that its piece of text says.
    """

    kind: Kind
    text: str
    label: str
    value: DateMention | Amount | Identifier | None
    node: Node
    column: str = ""
    whole: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Everything that names it, the nearest first."""
        return tuple(name for name in (self.label, self.column) if name)


@dataclass(frozen=True)
class Piece:
    """A separate piece of text, before it is taken apart.

    Attributes:
        is_label: Whether its element is one for names: a term, a header, a heading.
        ends_heading: Whether it is the last of several in a heading, such as a state behind a
            number: it names nothing that comes after.
    """

    text: str
    node: Node
    column: str = ""
    is_label: bool = False
    ends_heading: bool = False


def facts_of(pieces: Sequence[Piece], today: date) -> list[Fact]:
    """The facts of some pieces of text that belong together, in order."""
    facts: list[Fact] = []
    label = ""
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if _is_label(piece, following, today):
            label = without_rate(piece.text.strip()).rstrip(":：").strip()
            continue
        facts.extend(_piece_facts(piece, label, today))
        label = ""
    return facts


def pieces_of(view: PageView, nodes: Iterable[Node], column: str = "") -> list[Piece]:
    """The separate pieces of text below some nodes, in reading order."""
    return [piece for node in nodes for piece in _pieces(view, node, column)]


def _pieces(view: PageView, node: Node, column: str) -> list[Piece]:
    if node.role in INPUT_ROLES:
        said = _state(node, column)
        if not said and node.value and node.name and not column:
            named = Piece(node.name.rstrip(":") + ":", node, is_label=True)
            return [named, Piece(node.value, node)]
        return [Piece(said, node, column)] if said else []
    below = list(_below(view, node, column))
    if any(child.role in INPUT_ROLES and child.options for child in node.children) and not below:
        return []
    if below:
        if node.text and node.text not in view.text(node)[len(node.text) :]:
            below.insert(0, Piece(node.text, node, column))
        if node.role == "heading" and len(below) > 1:
            below[-1] = replace(below[-1], ends_heading=True)
        return _joined(node, below) if _is_sentence(node) else below
    text = view.text(node) or (node.name if node.role in CONTROL_ROLES else "")
    return [Piece(text, node, column, node.role in _LABEL_ROLES)] if text else []


def _state(node: Node, column: str) -> str:
    """What a control says of its record: the option that is chosen, a tick in a named column."""
    if node.options:
        return ", ".join(one.label for one in node.options if one.selected)
    if column and node.role in _TICKED:
        return _TICK if node.checked else _NO_TICK
    return ""


def _below(view: PageView, node: Node, column: str) -> Iterator[Piece]:
    """The pieces of a node's children, without what is struck through beside them.

    Prices are set as 12 with a raised 99: read as two texts, the first would be the price.
    """
    kept = [child for child in node.children if not is_struck(child)] or node.children
    last: Piece | None = None
    for child in kept:
        said = view.text(child).strip() if child.role == "superscript" else ""
        whole = _WHOLE.search(last.text.rstrip()) if last and _CENTS.fullmatch(said) else None
        if last and whole:
            last = replace(last, text=f"{last.text.rstrip()}{'' if whole[1] else '.'}{said}")
            continue
        for piece in _pieces(view, child, column):
            if last:
                yield last
            last = piece
    if last:
        yield last


def is_struck(node: Node) -> bool:
    """Whether what stands there is struck through: a price that no longer holds."""
    return node.role == "deletion" or node.tag in {"s", "strike", "del"}


def _is_sentence(node: Node) -> bool:
    """Whether its children are runs of one text: ``Order <b>#12</b> of <i>May 3</i>``."""
    inline = {"text", "strong", "emphasis", "time", "code", "mark", "superscript"}
    return node.role in {"paragraph", "heading"} and all(
        child.role in inline and not child.children for child in node.children
    )


def _joined(node: Node, pieces: list[Piece]) -> list[Piece]:
    if any(piece.text.rstrip().endswith(":") for piece in pieces[:-1]):
        return pieces
    return [Piece(" ".join(piece.text for piece in pieces), node, pieces[0].column)]


def _is_label(piece: Piece, following: Piece | None, today: date) -> bool:
    text = without_rate(piece.text.strip())
    if (
        following is None
        or piece.ends_heading
        or following.column != piece.column
        or len(text.split()) > _MAX_LABEL_WORDS
    ):
        return False
    if piece.is_label and piece.node.role == "term":
        return True
    if text.endswith((":", "：")):
        return not any(character.isdigit() for character in text)
    if any(character.isdigit() for character in text) or find_dates(text, today):
        return False
    return is_field_name(text) and not is_field_name(following.text)


def without_rate(text: str) -> str:
    """A label without the rate at its end: ``VAT 20 %`` and ``MwSt. (20 %)`` name a tax."""
    return _RATE.sub("", text)


def is_field_name(text: str) -> bool:
    """Whether a text is what pages call a field (``Order date``, ``Summe``)."""
    plain = fold(text).rstrip(":#. ")
    if not plain or len(plain) > FIELD_NAME or any(character.isdigit() for character in plain):
        return False
    return any(field.score(plain) >= _PLAIN_NAME for field in concepts("field."))


def _piece_facts(piece: Piece, label: str, today: date) -> list[Fact]:
    text = piece.text.strip()
    split = _LABEL_SPLIT.match(text)
    if split and not find_dates(split.group(), today):
        label, text = (split.group(1) or split.group(2)).strip(), text[split.end() :].strip()
    written, text = text, unglued(text)
    spans = _spans(text, today)
    facts: list[Fact] = []
    end = 0
    for start, stop, kind, value in spans:
        before = _cleaned(text[end:start])
        whole = len(spans) == 1 and not _cleaned(text[:start] + text[stop:])
        facts.append(
            Fact(
                kind,
                _written(text[start:stop], value),
                before or label,
                _exactly(value, piece.node, text[start:stop]),
                piece.node,
                piece.column,
                whole,
            )
        )
        end = stop
    facts.append(Fact(Kind.TEXT, written, label, None, piece.node, piece.column, whole=not spans))
    return facts


def _exactly(said: _Value, node: Node, text: str) -> _Value:
    """A day of which the page tells only a part, as its title has it: ``2 months ago``."""
    if not isinstance(said, DateMention) or not node.title or _DAY_IN_NUMBERS.search(text):
        return said
    told = [one for one in find_dates(node.title, date.max) if not (one.yearless or one.ambiguous)]
    return replace(told[0], start=said.start, end=said.end) if len(told) == 1 else said


_Value = DateMention | Amount | Identifier | None


@lru_cache(maxsize=16384)
def _spans(text: str, today: date) -> tuple[tuple[int, int, Kind, _Value], ...]:
    spans: list[tuple[int, int, Kind, _Value]] = [
        (match.start(), match.end(), Kind.EMAIL, None) for match in _EMAIL.finditer(text)
    ]
    _add(spans, [(day.start, end, Kind.DATE, day) for day, end in _beginnings(text, today)])
    _add(spans, [(money.start, money.end, Kind.AMOUNT, money) for money in find_amounts(text)])
    taken = tuple((start, end) for start, end, _, _ in spans)
    numbers = [one for one in find_identifiers(text, taken) if not _is_part_of_number(text, one)]
    _add(spans, [(one.start, one.end, Kind.IDENTIFIER, one) for one in numbers])
    return tuple(sorted(spans, key=lambda span: span[0]))


def _is_part_of_number(text: str, found: Identifier) -> bool:
    """Whether digits are those before or between the signs of a larger number: ``1,234``."""
    around = f"{text[max(0, found.start - 2) : found.start]}|{text[found.end : found.end + 2]}"
    return found.text.isdigit() and bool(re.search(r"\d[.,'’]\||\|[.,'’]\d", around))


def _beginnings(text: str, today: date) -> Iterator[tuple[DateMention, int]]:
    """The dates of a text with where they end; a range is one date, its first."""
    last = -1
    mentions = find_dates(text, today)
    for index, mention in enumerate(mentions):
        if mention.start < last:
            continue
        end = mention.end
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        if following and re.fullmatch(
            rf"\s*(?:-|–|—|{either('joints_of_numbers')})?\s*",
            text[mention.end : following.start],
        ):
            end = following.end
        last = end
        yield mention, end


def _add(
    spans: list[tuple[int, int, Kind, _Value]], more: list[tuple[int, int, Kind, _Value]]
) -> None:
    for span in more:
        if not any(span[0] < end and start < span[1] for start, end, _, _ in spans):
            spans.append(span)


def _written(text: str, value: _Value) -> str:
    return value.text if isinstance(value, Identifier) else text.strip()


def _cleaned(text: str) -> str:
    return re.sub(r"^[\s\W_]+|[\s\W_]+$", "", text)
