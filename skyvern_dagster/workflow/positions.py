"""Where the values of a YAML document stand."""

from __future__ import annotations

import yaml
from yaml.composer import ComposerError

from skyvern_dagster.workflow.findings import Path, Position
from skyvern_dagster.workflow.json_yaml import MERGE_TAG
from skyvern_dagster.workflow.size_limits import (
    MAX_DEPTH,
    MAX_VALUES,
    too_deep,
    too_many_values,
)
from skyvern_dagster.workflow.written_scalars import read_otherwise


class Positions:
    """Walks YAML nodes and notes where each value's key or list item stands.

    Attributes:
        found: Path -> position.
        repeated: Keys that stand twice in one mapping, with the place of the second.
        read_otherwise: Numbers that are written as nobody but YAML reads them.
    """

    def __init__(self) -> None:
        self.by_path: dict[Path, Position] = {}
        self.repeated: list[tuple[Path, Position]] = []
        self.read_otherwise: list[tuple[Path, str]] = []
        self._open: set[int] = set()
        self._visited = 0

    def read(self, node: yaml.Node, path: Path = ()) -> None:
        """Notes a node and everything in it.

        Raises:
            ComposerError: Too much, too deep, or a value that holds itself.
        """
        self._visited += 1
        if self._visited > MAX_VALUES:
            raise too_many_values(node.start_mark)
        if id(node) in self._open:
            raise _refused(node, "an alias stands inside of what it stands for")
        if len(self._open) >= MAX_DEPTH:
            raise too_deep(node.start_mark)
        if path not in self.by_path:
            self.by_path[path] = _position(node)
        if isinstance(node, yaml.ScalarNode):
            _joined(node)
            if read_otherwise(node):
                self.read_otherwise.append((path, node.value))
            return
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._read_mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.read(item, (*path, index))
        self._open.discard(id(node))

    def _read_mapping(self, node: yaml.MappingNode, path: Path) -> None:
        for key, value in node.value:
            if key.tag == MERGE_TAG:
                self._read_merged(value, path)
        own: set[str] = set()
        for key, value in node.value:
            if key.tag == MERGE_TAG:
                continue
            name = _joined(key) if isinstance(key, yaml.ScalarNode) else ""
            child = (*path, name)
            if name in own:
                self.repeated.append((child, _position(key)))
            own.add(name)
            self.by_path[child] = _position(key)
            self.read(value, child)

    def _read_merged(self, value: yaml.Node, path: Path) -> None:
        """What ``<<`` brings in stands where it was written, unless an own key replaces it."""
        for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            self.read(source, path)


def _position(node: yaml.Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)


def _joined(node: yaml.ScalarNode) -> str:
    r"""JSON writes ``\ud83c\udf89`` for one character, which YAML reads as two halves."""
    text = str(node.value)
    if not text.isascii():
        try:
            node.value = text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError as error:
            raise _refused(node, "half of a character (a lone surrogate)") from error
    return str(node.value)


def _refused(node: yaml.Node, problem: str) -> ComposerError:
    return ComposerError(None, None, problem, node.start_mark)
