"""What is wrong with a definition, and where."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from skyvern_dagster.errors import DefinitionError

Path = tuple[str | int, ...]
"""Keys and indexes from the document's root."""

MOST_FINDINGS = 500
"""Of one check that are told: the rest of so many is most likely the same mistake again."""


@dataclass(frozen=True)
class Position:
    """A place in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (``error``) or has no effect (``warning``).

    Attributes:
        source: File name as the user gave it.
        block: Label of the block that it stands in; empty outside blocks.
        message: What is wrong.
        hint: What to do.
    """

    severity: Literal["error", "warning"]
    source: str
    position: Position
    message: str
    hint: str = ""
    block: str = ""

    def __str__(self) -> str:
        place = f"{self.source}:{self.position.line}:{self.position.column}"
        block = f" block {self.block!r}:" if self.block else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity}:{block} {self.message}{hint}"

    def as_dict(self) -> dict[str, object]:
        """The finding as ``validate --json`` prints it and the REST API answers it."""
        return {
            "severity": self.severity,
            "file": self.source,
            "line": self.position.line,
            "column": self.position.column,
            "block": self.block or None,
            "message": self.message,
            "hint": self.hint or None,
        }


class InvalidDefinitionError(DefinitionError):
    """A definition with errors.

    Attributes:
        findings: All of them, and the warnings, in document order.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings

    def __reduce__(self) -> tuple[type[InvalidDefinitionError], tuple[tuple[Finding, ...]]]:
        return type(self), (self.findings,)


_LONGEST_NAME = 80
"""Characters; what is longer isn't a slip of a name. Labels have at most 63."""

_MOST_COMPARED = 300
"""Names: comparing two takes some 20 microseconds. Of more, those that begin alike are compared."""

_SHORTEST_PART = 3
"""Characters: a word of less stands in many names by chance."""


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint with the known name that is closest; empty where none is close."""
    if len(name) > _LONGEST_NAME:
        return ""
    others = {each for each in known if abs(len(each) - len(name)) <= len(name)} - {name}
    if len(others) > _MOST_COMPARED:
        others = set(sorted(each for each in others if each[:2] == name[:2])[:_MOST_COMPARED])
    close = difflib.get_close_matches(name, sorted(others), n=1)
    if not close and len(name) >= _SHORTEST_PART:  # a name of which a part was left out
        close = [each for each in sorted({*known} - {name}) if f"_{name}_" in f"_{each}_"]
    return f"did you mean {close[0]!r}?" if len(close) == 1 else ""
