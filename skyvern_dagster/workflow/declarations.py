"""What a document says about parameters and blocks, whether or not all of it is right.

The checks read this and not the model, so that one bad field doesn't hide every other mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.findings import Path

BODY: Path = ("workflow_definition",)


@dataclass(frozen=True)
class ParameterOutline:
    """One entry of ``parameters``.

    Attributes:
        path: Where it stands.
        fields: What it says, as it was read.
    """

    path: Path
    fields: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Its key; empty where it has none."""
        return _text(self.fields.get("key"))

    @property
    def kind(self) -> str:
        """Its ``parameter_type``; empty where it has none."""
        return _text(self.fields.get("parameter_type"))

    @property
    def source(self) -> str:
        """Where a context parameter's value comes from; empty for others."""
        return _text(self.fields.get("source_parameter_key")) if self.kind == "context" else ""


@dataclass(frozen=True)
class BlockOutline:
    """One entry of ``blocks`` or ``loop_blocks``.

    Attributes:
        path: Where it stands.
        model: The model of its type; the base of all where the type is unknown.
        fields: What it says, as it was read.
        body: The blocks in it, where it is a loop.
    """

    path: Path
    model: type[Block]
    fields: Mapping[str, Any]
    body: tuple[BlockOutline, ...] = ()

    @property
    def label(self) -> str:
        """Its label; empty where it has none."""
        return _text(self.fields.get("label"))

    @property
    def next_label(self) -> str:
        """The label of the block that it says comes next; empty where it says none."""
        return _text(self.fields.get("next_block_label"))

    def walk(self) -> Iterator[BlockOutline]:
        """The block and all blocks in it, in document order."""
        yield self
        for inner in self.body:
            yield from inner.walk()


@dataclass(frozen=True)
class Outline:
    """The parameters and the top level of blocks.

    Attributes:
        finally_label: Label of the block that comes last, however a run has ended.
        is_empty: Whether there is a list of blocks without one in it.
    """

    parameters: tuple[ParameterOutline, ...]
    blocks: tuple[BlockOutline, ...]
    finally_label: str = ""
    is_empty: bool = False

    def walk(self) -> Iterator[BlockOutline]:
        """All blocks, in document order."""
        for block in self.blocks:
            yield from block.walk()

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels of all blocks."""
        return frozenset(block.label for block in self.walk() if block.label)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of all parameters."""
        return frozenset(each.key for each in self.parameters if each.key)

    @cached_property
    def sources(self) -> frozenset[str]:
        """What a context parameter may come from."""
        return self.keys | {f"{label}_output" for label in self.labels}

    @cached_property
    def origins(self) -> dict[str, str]:
        """Context parameter -> what it comes from in the end; of one in a circle, one of these."""
        sources = {each.key: each.source for each in self.parameters if each.source}
        origins: dict[str, str] = {}
        for key in sources:
            way: dict[str, None] = {}
            current = key
            while current in sources and current not in way and current not in origins:
                way[current] = None
                current = sources[current]
            origins.update(dict.fromkeys(way, origins.get(current, current)))
        return origins

    @cached_property
    def circular(self) -> frozenset[str]:
        """Context parameters that come from themselves, by way of others or not."""
        sources = {each.key: each.source for each in self.parameters if each.source}
        circular: set[str] = set()
        looked_at: set[str] = set()
        for key in sources:
            way: list[str] = []
            current = key
            while current in sources and current not in looked_at:
                looked_at.add(current)
                way.append(current)
                current = sources[current]
            if current in way:
                circular.update(way[way.index(current) :])
        return frozenset(circular)


def read_outline(data: Any) -> Outline:
    """What can be made out in a document."""
    body = data.get(BODY[0]) if isinstance(data, dict) else None
    fields = body if isinstance(body, dict) else {}
    parameters = tuple(
        ParameterOutline(path, entry)
        for path, entry in _entries(fields.get("parameters"), (*BODY, "parameters"))
    )
    return Outline(
        parameters,
        _blocks(fields.get("blocks"), (*BODY, "blocks")),
        _text(fields.get("finally_block_label")),
        is_empty=fields.get("blocks") == [],
    )


def _blocks(value: Any, path: Path) -> tuple[BlockOutline, ...]:
    return tuple(
        BlockOutline(
            place,
            block_types().get(_text(entry.get("block_type")), Block),
            entry,
            _blocks(entry.get("loop_blocks"), (*place, "loop_blocks")),
        )
        for place, entry in _entries(value, path)
    )


def _entries(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, dict):
            yield (*path, index), entry


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
