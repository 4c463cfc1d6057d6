"""A goal that spells out what to do, clause by clause: what goes into which field, and so on.

A goal counts as spelled out only if every clause of it is understood; what one clause means may
depend on another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from skyvern_dagster.agent.planners.heuristic.phrases import named_after
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.date_window import date_window
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.words import fold_in_place

QUOTED_TEXT = r"[\"“”„«][^\"“”»]{1,200}[\"“”»]"
"""A value in quotation marks, up to some sentences."""
_WORDS = r"[^\"“”„«»\d@]{2,40}?"
_TELLING = r"\S*[\d@][^\"“”„«»]*"
_KEYS = {
    "escape": "Escape", "esc": "Escape", "enter": "Enter", "return": "Enter", "tab": "Tab",
    "space": "Space", "delete": "Delete", "backspace": "Backspace", "home": "Home", "end": "End",
    "page down": "PageDown", "page up": "PageUp",
}  # fmt: skip
_JOINTS = r"[.!?;]\s+|[.!?;]$|,?\s+and\s+then\s+|,\s+then\s+|,?\s+(?:and|und|et|y)\s+"
_VERBS = (
    "click", "go", "write", "choose", "send", "filter", "search", "download", "change", "untick",
)  # fmt: skip
_ANY_DAY = date(2000, 1, 1)
_IGNORED = ("goal.log_in", "goal.wait", "goal.dismiss")
"""What is done anyway, wherever a page asks for it."""


@dataclass(frozen=True)
class Write:
    """A text belongs in a field; what is changed (``lasting``) is shown there afterwards, too."""

    field: str
    value: str
    lasting: bool = False


@dataclass(frozen=True)
class Choose:
    """One of several options is to be chosen."""

    field: str
    value: str


@dataclass(frozen=True)
class Accept:
    """A box is to be ticked, or no longer; ``what`` may be told otherwise than beside the box."""

    what: str
    ticked: bool = True


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
class Visit:
    """A page is to be gone to, in the goal's words."""

    place: str


@dataclass(frozen=True)
class Narrow:
    """A list is to be filtered by days, in the goal's words."""

    text: str


@dataclass(frozen=True)
class Send:
    """What was filled in is to be sent, by a button that may be called like this."""

    verb: str = ""


Instruction = Write | Choose | Accept | Press | Move | Key | Send | Visit | Narrow


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


@cache
def sequence_of(text: str) -> tuple[Instruction, ...]:
    """What a goal spells out besides going somewhere and clicking, with these, in order.

    Nothing where a part of it isn't understood, or where it is nothing but that.
    """
    instructions: list[Instruction] = []
    for clause in clauses_of(text):
        if concept("goal.dismiss").mentioned(clause):
            continue
        understood = tuple(_understood(clause)) or tuple(_on_the_way(clause))
        if not understood and not is_done_anyway(clause):
            return ()
        instructions += understood
    return tuple(instructions) if any(map(_is_more, instructions)) else ()


def is_done_anyway(clause: str) -> bool:
    """Whether a clause is about what is done anyway: logging in, waiting, what is in the way."""
    if not any(character.isalpha() for character in clause):
        return True
    return any(concept(name).mentioned(clause) for name in _IGNORED)


def _is_more(instruction: Instruction) -> bool:
    """Whether an instruction is more than a plain click or a way."""
    if isinstance(instruction, Press):
        return instruction.double or instruction.right
    return not isinstance(instruction, Visit)


def _on_the_way(clause: str) -> Iterator[Instruction]:
    if clicked := named_after("click", clause):
        yield from (Press(label) for label in clicked)
    elif not is_done_anyway(clause):
        yield from (Visit(place) for place in named_after("go", clause))


_VOID = re.compile(r"\s{50,}")
"""Blanks that say nothing, and that patterns would look into again from each of them; fewer may
stand between quotation marks."""


def clauses_of(text: str) -> Iterator[str]:
    """Clauses; a joint within quotation marks, or between two days, doesn't part them."""
    text = _VOID.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", text)
    whole = [match.span() for match in re.finditer(QUOTED_TEXT, text)]
    days = find_dates(text, _ANY_DAY)
    whole += [(day.start, day.end) for day in days]
    whole += [(one.end - 1, other.start + 1) for one, other in pairwise(days)]
    start = 0
    for match in _clause_joints().finditer(fold_in_place(text)):
        if any(begin < match.start() and match.end() < end for begin, end in whole):
            continue
        yield from filter(None, [text[start : match.start()].strip()])
        start = match.end()
    yield from filter(None, [text[start:].strip()])


@cache
def _clause_joints() -> re.Pattern[str]:
    verbs = "|".join(concept(f"verb.{verb}").terms.pattern for verb in _VERBS)
    return re.compile(rf"(?:{_JOINTS}|,\s+(?={verbs}))")


def _understood(clause: str) -> Iterator[Instruction]:
    if concept("verb.filter").mentioned(clause) and date_window(clause, {}, _ANY_DAY, periods=True):
        yield Narrow(clause)
        return
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
        case "write" | "set" | "change":
            yield Write(**parts, lasting=kind == "change")
        case "accept" | "untick":
            yield Accept(**parts, ticked=kind == "accept")
        case "do with":
            yield Write(parts["field"], parts["value"])
            yield Send(parts["verb"])
        case "choose":
            yield Choose(**parts)
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
    write, choose, accept, send, drag, untick, change = (
        f"(?:{concept(f'verb.{verb}').terms.pattern})"
        for verb in ("write", "choose", "accept", "send", "drag", "untick", "change")
    )
    becoming = f"(?:{concept('word.becoming').terms.pattern})"
    upon = f"(?:{concept('word.onto').terms.pattern})"
    field = rf"{article}(?P<field>{_WORDS})"
    value, telling = rf"{article}(?P<value>{QUOTED_TEXT})", rf"{article}(?P<value>{_TELLING})"
    what, onto = rf"{article}(?P<what>{QUOTED_TEXT})", rf"{article}(?P<onto>{QUOTED_TEXT})"
    keys = "|".join(_KEYS)
    ways = (
        ("click", rf"(?P<how>double|right|)[- ]?click(?: on)? {article}(?P<label>{QUOTED_TEXT})"),
        ("drag", rf"{drag} {what} {upon} {onto}"),
        ("key", rf"(?:press|hit|[^\"]+? (?:with|using)) {article}(?P<key>{keys})(?: key)?"),
        ("send", rf"{send} {article}(?:{concept('word.form').terms.pattern})"),
        ("change", rf"{change} {field} {becoming} {value}"),
        ("change", rf"{change} {field} {becoming} {telling}"),
        ("set", rf"{write} {field} {becoming} {value}"),
        ("write", rf"{write} {value} {place} {field}"),
        ("write", rf"{write} {field} {value}"),
        ("write", rf"{write} {telling} {place} {field}"),
        ("write", rf"{write} {field} {telling}"),
        ("choose", rf"{choose} {value} {place} {field}"),
        ("choose", rf"{choose} {field} {value}"),
        ("do with", rf"(?P<verb>[^\W\d]+) with {field} {value}"),
        ("do with", rf"(?P<verb>[^\W\d]+) with {field} {telling}"),
        ("untick", rf"{untick} {article}(?P<what>{QUOTED_TEXT}|{_WORDS})"),
        ("accept", rf"{accept} {article}(?P<what>{QUOTED_TEXT}|{_WORDS})"),
    )  # fmt: skip
    return tuple((kind, re.compile(way)) for kind, way in ways)
