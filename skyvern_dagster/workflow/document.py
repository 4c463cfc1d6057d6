"""A YAML document that knows where each of its values stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError, Path, Position

_START = Position(1, 1)


@dataclass(frozen=True)
class Document:
    """Parsed YAML with positions.

    Attributes:
        source: File name for messages.
        data: Plain values.
        positions: Path -> where the value's key (or list item) stands.
        repeated: Keys that stand twice in one mapping.
    """

    source: str
    data: Any
    positions: dict[Path, Position]
    repeated: tuple[tuple[Path, Position], ...]

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
            if isinstance(value, dict) and "block_type" in value:
                label = str(value.get("label", ""))
        return label


class _Loader(yaml.SafeLoader):
    """Leaves dates as the text that they are: JSON has none."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str, source: str) -> Document:
    """Reads YAML.

    Raises:
        InvalidDefinitionError: It isn't YAML, or is empty.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise InvalidDefinitionError((_finding(source, _START, "the file is empty"),))
        positions: dict[Path, Position] = {}
        repeated: list[tuple[Path, Position]] = []
        _locate(node, (), positions, repeated, set())
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Position(mark.line + 1, mark.column + 1) if mark else _START
        raise InvalidDefinitionError(
            (_finding(source, place, f"this is not YAML: {error.problem or error}"),)
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidDefinitionError(
            (_finding(source, Position(line, 1), f"this is not YAML: {error.reason}"),)
        ) from error
    finally:
        loader.dispose()
    return Document(source, data, positions, tuple(repeated))


def _locate(
    node: yaml.Node,
    path: Path,
    positions: dict[Path, Position],
    repeated: list[tuple[Path, Position]],
    open_nodes: set[int],
) -> None:
    positions.setdefault(path, Position(node.start_mark.line + 1, node.start_mark.column + 1))
    if id(node) in open_nodes:  # an alias inside its own anchor
        return
    open_nodes.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            child = (*path, str(key.value))
            place = Position(key.start_mark.line + 1, key.start_mark.column + 1)
            if child in positions:
                repeated.append((child, place))
            positions[child] = place
            _locate(value, child, positions, repeated, open_nodes)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _locate(item, (*path, index), positions, repeated, open_nodes)
    open_nodes.discard(id(node))


def _finding(source: str, place: Position, message: str) -> Finding:
    return Finding("error", source, place, message)
