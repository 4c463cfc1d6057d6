"""A YAML document that knows where each of its values stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError, Path, Position
from skyvern_dagster.workflow.json_yaml import JsonLoader, QuickJsonLoader
from skyvern_dagster.workflow.positions import Positions
from skyvern_dagster.workflow.size_limits import MAX_CHARACTERS, TooLargeError, measure
from skyvern_dagster.workflow.written_scalars import keep_texts
from skyvern_dagster.workflow.yaml_hints import yaml_hint

_START = Position(1, 1)

_MOST_FOR_PYTHON = 50_000
"""Characters. Python's reader takes some ten seconds for a million of them."""

_MOST_EVENTS_FOR_PYTHON = 10_000
"""Which take Python's reader a second or two."""


@dataclass(frozen=True)
class Document:
    """Parsed YAML with positions.

    Attributes:
        source: File name for messages.
        data: Plain JSON values.
        positions: Path -> where the value's key (or list item) stands.
        repeated: Keys that stand twice in one mapping.
        read_otherwise: Numbers that are written as nobody but YAML reads them, as written.
    """

    source: str
    data: Any
    positions: dict[Path, Position]
    repeated: tuple[tuple[Path, Position], ...]
    read_otherwise: tuple[tuple[Path, str], ...] = ()

    def position(self, path: Path) -> Position:
        """Where a value stands, or the nearest thing around it."""
        while path not in self.positions and path:
            path = path[:-1]
        return self.positions.get(path, _START)

    def block_label(self, path: Path) -> str:
        """Label of the innermost block around a path."""
        label, value = "", self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(part, int) and isinstance(value, dict) and "block_type" in value:
                label = str(value.get("label", ""))
        return label

    def finding(
        self,
        path: Path,
        message: str,
        hint: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> Finding:
        """A finding at a path."""
        position, label = self.position(path), self.block_label(path)
        return Finding(severity, self.source, position, message, hint, label)


def parse(text: str, source: str) -> Document:
    """Reads YAML (or JSON, which is YAML, too).

    Raises:
        InvalidDefinitionError: It isn't YAML, is empty, holds what JSON can't, or is so deep or
            full of aliases that it would swamp the process.
    """
    try:
        return _parsed(text, source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Position(mark.line + 1, mark.column + 1) if mark else _START
        if isinstance(error, TooLargeError):
            raise _invalid(source, place, str(error.problem)) from error
        hint = yaml_hint(str(error.problem), _line(text, mark))
        message = f"this can't be read as YAML: {error.problem}"
        raise _invalid(source, place, message, hint) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        held = f"the character {chr(error.character)!r}" if error.character else "a NUL"
        raise _invalid(source, place, f"this can't be read as YAML: it holds {held}") from error
    except UnicodeError as error:
        message = "this can't be read as YAML: half of a character (a lone surrogate)"
        raise _invalid(source, _START, message) from error
    except RecursionError as error:
        raise _invalid(source, _START, "the document is nested too deeply") from error


def _parsed(text: str, source: str) -> Document:
    if len(text) > MAX_CHARACTERS:
        raise _invalid(source, _START, f"the document has more than {MAX_CHARACTERS:,} characters")
    plain = _without_tabs(text)
    try:
        size = measure(plain, QuickJsonLoader)
    except TooLargeError:
        raise
    except (yaml.YAMLError, UnicodeError):
        # What libyaml can't read, Python's reader may be able to, and says better if not.
        if len(plain) > _MOST_FOR_PYTHON:
            raise
        return _read(JsonLoader(plain), source)
    # Tabs are the one thing that the two take differently.
    if "\t" in plain and size <= _MOST_EVENTS_FOR_PYTHON:
        return _read(JsonLoader(plain), source)
    try:
        return _read(QuickJsonLoader(plain), source)
    except (yaml.YAMLError, UnicodeError):
        if size > _MOST_EVENTS_FOR_PYTHON:
            raise
        return _read(JsonLoader(plain), source)


def _read(loader: JsonLoader, source: str) -> Document:
    try:
        node = loader.get_single_node()
        if node is None:
            raise _invalid(source, _START, "the file is empty")
        keep_texts(node)
        positions = Positions()
        positions.read(node)
        data = loader.construct_document(node)
    finally:
        loader.dispose()
    return Document(
        source,
        data,
        positions.by_path,
        tuple(positions.repeated),
        tuple(positions.read_otherwise),
    )


def _without_tabs(text: str) -> str:
    """JSON may be indented by tabs, YAML may not."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return text
    return re.sub("^\t+", lambda tabs: " " * len(tabs.group()), text, flags=re.MULTILINE)


def _line(text: str, mark: yaml.Mark | None) -> str:
    lines = text.splitlines()
    return lines[mark.line] if mark is not None and mark.line < len(lines) else ""


def _invalid(source: str, place: Position, message: str, hint: str = "") -> InvalidDefinitionError:
    return InvalidDefinitionError((Finding("error", source, place, message, hint),))
