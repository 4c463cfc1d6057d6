"""A goal that spells out what to do, clause by clause: what goes into which field, and so on.

A goal counts as spelled out only if every clause of it is understood; what one clause means may
depend on another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import fold_in_place

_QUOTED = r"[\"“”„«][^\"“”»]{1,200}[\"“”»]"
_WORDS = r"[^\"“”„«»\d@]{2,40}?"
_TELLING = r"\S*[\d@][^\"“”„«»]*"
_KEYS = {
    "escape": "Escape", "esc": "Escape", "enter": "Enter", "return": "Enter", "tab": "Tab",
    "space": "Space", "delete": "Delete", "backspace": "Backspace", "home": "Home", "end": "End",
    "page down": "PageDown", "page up": "PageUp",
}  # fmt: skip
_CLAUSES = re.compile(
    r"(?:[.!?;]\s+|[.!?;]$|,?\s+and\s+then\s+|,\s+then\s+|,?\s+(?:and|und|et|y)\s+)"
)


@dataclass(frozen=True)
class Write:
    """A text belongs in a field."""

    field: str
    value: str


@dataclass(frozen=True)
class Choose:
    """One of several options is to be chosen."""

    field: str
    value: str


@dataclass(frozen=True)
class Accept:
    """A box is to be ticked; ``what`` may be told in other words than beside the box."""

    what: str


@dataclass(frozen=True)
class Press:
    """Something is to be clicked: twice, or with the right button."""

    label: str
    double: bool = False
    right: bool = False


@dataclass(frozen=True)
class Move:
    """Something is to be dragged onto something."""

    what: str
    onto: str


@dataclass(frozen=True)
class Key:
    """A key is to be pressed, by Playwright's name."""

    key: str


@dataclass(frozen=True)
class Send:
    """What was filled in is to be sent, by a button that may be called like this."""

    verb: str = ""


Instruction = Write | Choose | Accept | Press | Move | Key | Send


@cache
def instructions_of(text: str) -> tuple[Instruction, ...]:
    """What a goal spells out, in order; nothing where a part of it isn't understood."""
    instructions: list[Instruction] = []
    for clause in clauses_of(text):
        understood = tuple(_understood(clause))
        if not understood:
            return ()
        instructions += understood
    return tuple(instructions)


def clauses_of(text: str) -> Iterator[str]:
    """Clauses; a joint within quotation marks doesn't part them."""
    quotes = [match.span() for match in re.finditer(_QUOTED, text)]
    start = 0
    for match in _CLAUSES.finditer(text):
        if any(begin < match.start() < end for begin, end in quotes):
            continue
        yield from filter(None, [text[start : match.start()].strip()])
        start = match.end()
    yield from filter(None, [text[start:].strip()])


def _understood(clause: str) -> Iterator[Instruction]:
    plain = fold_in_place(clause)
    for kind, pattern in _patterns():
        match = pattern.fullmatch(plain)
        if match is None:
            continue
        parts = {
            name: clause[match.start(name) : match.end(name)].strip(" \"'“”„«»")
            for name in pattern.groupindex
        }
        yield from _instructions(kind, parts)
        return


def _instructions(kind: str, parts: dict[str, str]) -> Iterator[Instruction]:
    match kind:
        case "write":
            yield Write(**parts)
        case "do with":
            yield Write(parts["field"], parts["value"])
            yield Send(parts["verb"])
        case "choose":
            yield Choose(**parts)
        case "accept":
            yield Accept(**parts)
        case "click":
            how = parts["how"].casefold()
            yield Press(parts["label"], double=how == "double", right=how == "right")
        case "drag":
            yield Move(**parts)
        case "key":
            yield Key(_KEYS[parts["key"].casefold()])
        case "send":
            yield Send()


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Ways to say something, the plainest first."""
    article = f"(?:{concept('word.article').terms.pattern}\\s+)*"
    place = f"(?:{concept('word.place').terms.pattern}|from)"
    write, choose, accept, send, drag = (
        f"(?:{concept(f'verb.{verb}').terms.pattern})"
        for verb in ("write", "choose", "accept", "send", "drag")
    )
    field = rf"{article}(?P<field>{_WORDS})"
    value, telling = rf"{article}(?P<value>{_QUOTED})", rf"{article}(?P<value>{_TELLING})"
    what, onto = rf"{article}(?P<what>{_QUOTED})", rf"{article}(?P<onto>{_QUOTED})"
    keys = "|".join(_KEYS)
    ways = (
        ("click", rf"(?P<how>double|right|)[- ]?click(?: on)? {article}(?P<label>{_QUOTED})"),
        ("drag", rf"{drag} {what} (?:to|onto|into|on|auf|nach) {onto}"),
        ("key", rf"(?:press|hit|[^\"]+? (?:with|using)) {article}(?P<key>{keys})(?: key)?"),
        ("send", rf"{send} {article}(?:{concept('word.form').terms.pattern})"),
        ("write", rf"{write} {value} {place} {field}"),
        ("write", rf"{write} {field} {value}"),
        ("write", rf"{write} {telling} {place} {field}"),
        ("write", rf"{write} {field} {telling}"),
        ("choose", rf"{choose} {value} {place} {field}"),
        ("choose", rf"{choose} {field} {value}"),
        ("do with", rf"(?P<verb>[^\W\d]+) with {field} {value}"),
        ("do with", rf"(?P<verb>[^\W\d]+) with {field} {telling}"),
        ("accept", rf"{accept} {article}(?P<what>{_WORDS})"),
    )  # fmt: skip
    return tuple((kind, re.compile(way)) for kind, way in ways)
