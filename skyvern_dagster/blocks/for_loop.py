"""The ``for_loop`` block: its body runs once for each item of a list.

Carrying it out is the business of :mod:`skyvern_dagster.execution` and of the compiler.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from skyvern_dagster.blocks.any_block import AnyBlock, AnyEntry
from skyvern_dagster.blocks.block import Block, Resolve
from skyvern_dagster.blocks.entry import BlockEntry
from skyvern_dagster.blocks.outcome import BlockStatus

MAX_ITERATIONS = 1000
"""As many as Skyvern's (docs/contract.md#limits)."""


class LoopOutputEntry(BaseModel):
    """What one block of the body gave in one iteration (docs/contract.md#outputs)."""

    model_config = ConfigDict(frozen=True)

    loop_value: Any
    output_parameter: dict[str, Any]
    output_value: Any


class LoopOutput(RootModel[list[list[LoopOutputEntry]]]):
    """Iterations, each a list of its blocks' entries."""


class LoopIteration(BaseModel):
    """One pass of a loop: its value, and what its blocks gave."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    index: int
    loop_value: Any
    blocks: dict[str, AnyEntry]


class LoopEntry(BlockEntry):
    """What a ``for_loop`` block gave; while it goes on, ``status`` is ``running``."""

    model_config = ConfigDict(defer_build=True)

    status: BlockStatus | Literal["running"]  # type: ignore[assignment] # one more than its base
    block_type: Literal["for_loop"] = "for_loop"
    output: list[LoopIteration]


class ForLoopBlock(Block):
    """Its body runs once for each item of a list."""

    model_config = ConfigDict(defer_build=True)

    key_fields: ClassVar[tuple[str, ...]] = ("loop_variable_reference",)
    parameter_fields: ClassVar[tuple[str, ...]] = ("loop_over_parameter_key",)
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {"data_schema"}

    kind: ClassVar[str] = "loop"
    output_type: ClassVar[type[BaseModel]] = LoopOutput
    entry_type: ClassVar[type[BlockEntry]] = LoopEntry

    block_type: Literal["for_loop"]
    loop_over_parameter_key: str = Field(
        default="", description="Key of the parameter or `{label}_output` that holds the list."
    )
    loop_variable_reference: str | None = Field(
        default=None, description="Jinja template, or key, that gives the list."
    )
    loop_blocks: list[AnyBlock] = Field(min_length=1, description="The body.")
    complete_if_empty: bool = Field(
        default=False, description="An empty list ends in `completed` instead of `terminated`."
    )

    @property
    def inner(self) -> Sequence[Block]:
        """The blocks of its body."""
        return self.loop_blocks

    def describe(self) -> str:
        """What it goes over."""
        return f"Once for each item of {self._over}."

    def summary(self) -> str:
        """What it goes over."""
        return f"for each of `{self._over}`"

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """A list without iterations."""
        del reason
        return []

    @classmethod
    def resolved(cls, fields: Mapping[str, Any], resolve: Resolve) -> dict[str, Any]:
        """The parameter that it goes over."""
        over = fields.get("loop_over_parameter_key")
        return {"loop_over": resolve(over) if over else None}

    @property
    def _over(self) -> str | None:
        return self.loop_over_parameter_key or self.loop_variable_reference
