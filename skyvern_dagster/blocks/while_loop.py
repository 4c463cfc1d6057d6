"""The ``while_loop`` block: its body runs as long as a condition holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from skyvern_dagster.blocks.block import BlockText, ModelUse
from skyvern_dagster.blocks.criteria import Criteria, asks_model, criteria_text
from skyvern_dagster.blocks.entry import BlockEntry
from skyvern_dagster.blocks.loop import LoopBlock, LoopEntry

MAX_TURNS = 1000
"""As many as Skyvern's (docs/contract.md#limits); one that would go on has failed."""


class WhileLoopEntry(LoopEntry):
    """What a ``while_loop`` block gave; while it goes on, ``status`` is ``running``."""

    model_config = ConfigDict(defer_build=True)

    block_type: Literal["while_loop"] = "while_loop"


class WhileLoopBlock(LoopBlock):
    """Its body runs as long as a condition holds; it is asked before each turn."""

    model_config = ConfigDict(defer_build=True)

    example: ClassVar[str] = """\
block_type: while_loop
label: load_everything
condition:
  expression: "{{ current_index == 0 or look_output.extracted_information.has_more }}"
loop_blocks:
  - block_type: navigation
    label: load_more
    navigation_goal: Click "Load more".
  - block_type: extraction
    label: look
    data_extraction_goal: Is there a button "Load more"?
    data_schema: {type: object, properties: {has_more: {type: boolean}}}
"""
    parameter_fields: ClassVar[tuple[str, ...]] = ()
    entry_type: ClassVar[type[BlockEntry]] = WhileLoopEntry

    block_type: Literal["while_loop"]
    condition: Criteria = Field(description="What must hold for another turn.")

    def describe(self) -> str:
        """What it depends on."""
        return f"As long as {self._condition}."

    def summary(self) -> str:
        """What it depends on."""
        return f"as long as `{self._condition}`"

    @classmethod
    def texts_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockText]:
        """The text that says whether there is another turn."""
        yield from criteria_text(fields.get("condition"), ("condition",))

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """A statement is for a model to judge."""
        return ModelUse("judges its condition") if asks_model(fields.get("condition")) else None

    @property
    def _condition(self) -> str:
        return self.condition.description or self.condition.expression
