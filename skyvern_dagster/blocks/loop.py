"""What loops have in common: a body, and an output with a list for each iteration.

Carrying loops out is the business of :mod:`skyvern_dagster.execution` and of the compiler.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from skyvern_dagster.blocks.any_block import AnyBlock, AnyEntry
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.entry import BlockEntry
from skyvern_dagster.blocks.outcome import BlockStatus


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
    """What a loop gave; while it goes on, ``status`` is ``running``."""

    model_config = ConfigDict(defer_build=True)

    status: BlockStatus | Literal["running"]  # type: ignore[assignment] # one more than its base
    output: list[LoopIteration]


class LoopBlock(Block):
    """A block whose body runs several times."""

    model_config = ConfigDict(defer_build=True)

    kind: ClassVar[str] = "loop"
    output_type: ClassVar[type[BaseModel]] = LoopOutput

    loop_blocks: list[AnyBlock] = Field(description="The body.")

    @property
    def inner(self) -> Sequence[Block]:
        """The blocks of its body."""
        return self.loop_blocks

    @property
    def only_reads(self) -> bool:
        """Whether all that it repeats does."""
        return all(block.only_reads for block in self.loop_blocks)

    @property
    def shares_page(self) -> bool:
        """Whether an iteration goes on where the one before it has left the page."""
        return True

    def when_empty(self) -> tuple[BlockStatus, str | None]:
        """How it ends without an iteration, and why."""
        return "completed", None

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """A list without iterations."""
        del reason
        return []
