"""A document as its author meant it, where a word of another tool keeps the rest from being read.

Nothing in a block could be checked whose type stands under ``type``. Such words are told as
mistakes, and the rest is read as if they had been written right: all findings come at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.declarations import BODY
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Path, did_you_mean
from skyvern_dagster.workflow.invented_words import BLOCK_TYPES, FIELDS, VALUES
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS

_BODY_FIELDS = ("blocks", "parameters")
_TYPE_WORDS = ("type", "kind", "block", "action")


class AsMeant:
    """Reads a document as meant.

    Args:
        document: As it was read.

    Attributes:
        document: With the words of the format in place of those that mean them.
        findings: An error for each.
    """

    def __init__(self, document: Document) -> None:
        self._given = document
        self._found: list[tuple[Path, str]] = []
        self._moved: dict[Path, Path] = {}
        data = document.data
        if isinstance(data, dict):
            data = self._top(data)
        self.document = replace(document, data=data, positions=self._positions())
        self.findings = [
            self.document.finding(path, f"unknown field {path[-1]!r}", hint)
            for path, hint in self._found
        ]

    def _positions(self) -> dict[Path, Any]:
        """Those of what stands elsewhere now, too."""
        positions = dict(self._given.positions)
        for now, before in self._moved.items():
            size = len(before)
            positions |= {
                (*now, *path[size:]): place
                for path, place in positions.items()
                if path[:size] == before
            }
        return positions

    def _top(self, data: dict[Any, Any]) -> dict[Any, Any]:
        body = data.get(BODY[0])
        if not isinstance(body, dict):
            return data
        read: dict[str, Callable[[Any, Path], Any]] = {
            "blocks": self._block, "parameters": self._parameter,
        }  # fmt: skip
        changed = {
            name: self._list(body[name], (*BODY, name), read[name])
            for name in _BODY_FIELDS
            if name in body
        }
        return {**data, BODY[0]: {**body, **changed}}

    def _list(self, value: Any, path: Path, read: Callable[[Any, Path], Any]) -> Any:
        if not isinstance(value, list):
            return value
        return [
            read(each, (*path, index)) if isinstance(each, dict) else each
            for index, each in enumerate(value)
        ]

    def _block(self, given: dict[Any, Any], path: Path) -> dict[Any, Any]:
        block = given
        if "block_type" not in block:
            block = self._renamed(block, path, "block_type", dict(_type_words(block)))
        model = block_types().get(str(block.get("block_type")))
        if model is not None and issubclass(model, LoopBlock) and "loop_blocks" not in block:
            words = {
                name: block[name]
                for name, meant in FIELDS.items()
                if "loop_blocks" in meant and isinstance(block.get(name), list)
            }
            block = self._renamed(block, path, "loop_blocks", words)
        if "loop_blocks" not in block:
            return block
        inner = self._list(block["loop_blocks"], (*path, "loop_blocks"), self._block)
        return {**block, "loop_blocks": inner}

    def _parameter(self, given: dict[Any, Any], path: Path) -> dict[Any, Any]:
        kind = given.get("type")
        if "parameter_type" in given or not isinstance(kind, str):
            return given
        if kind in PARAMETER_MODELS:
            return self._renamed(given, path, "parameter_type", {"type": kind})
        value = VALUES.get(kind.casefold(), kind)
        hint = f"write parameter_type: workflow, and workflow_parameter_type: {value}"
        self._find((*path, "type"), hint)
        rest = {name: item for name, item in given.items() if name != "type"}
        return {"parameter_type": "workflow", "workflow_parameter_type": value, **rest}

    def _renamed(
        self, given: dict[Any, Any], path: Path, name: str, words: Mapping[str, Any]
    ) -> dict[Any, Any]:
        """With the first of some words called by its name."""
        for word, value in words.items():
            self._find((*path, word), f"did you mean {name!r}?")
            self._moved[*path, name] = self._moved_from((*path, word))
            return {name if key == word else key: value if key == word else item
                    for key, item in given.items()}  # fmt: skip
        return given

    def _moved_from(self, path: Path) -> Path:
        """Where something stands in the document, which may be in something renamed itself."""
        for now, before in self._moved.items():
            if path[: len(now)] == now:
                return (*before, *path[len(now) :])
        return path

    def _find(self, path: Path, hint: str) -> None:
        self._found.append((path, hint))


def _type_words(block: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """A word for ``block_type``, and the type that it means."""
    known = block_types()
    for word in _TYPE_WORDS:
        value = block.get(word)
        if not isinstance(value, str):
            continue
        meant = value if value in known else BLOCK_TYPES.get(value.casefold(), value)
        if meant in known or did_you_mean(value, known):
            yield word, meant
