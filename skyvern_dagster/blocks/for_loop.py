"""The ``for_loop`` block: its body runs once for each item of a list.

Carrying it out is the business of :mod:`skyvern_dagster.execution` and of the compiler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from skyvern_dagster.blocks.fields import BlockFields

if TYPE_CHECKING:
    from skyvern_dagster.blocks.union import Block

MAX_ITERATIONS = 1000


class ForLoopBlock(BlockFields):
    """Its body runs once for each item of a list."""

    key_fields: ClassVar[tuple[str, ...]] = ("loop_variable_reference",)
    parameter_fields: ClassVar[tuple[str, ...]] = ("loop_over_parameter_key",)
    inert_fields: ClassVar[frozenset[str]] = BlockFields.inert_fields | {"data_schema"}

    block_type: Literal["for_loop"]
    loop_over_parameter_key: str = Field(
        default="", description="Key of the parameter or `{label}_output` that holds the list."
    )
    loop_variable_reference: str | None = Field(
        default=None, description="Jinja template, or key, that gives the list."
    )
    loop_blocks: list[Block] = Field(min_length=1, description="The body.")
    complete_if_empty: bool = Field(
        default=False, description="An empty list ends in `completed` instead of `terminated`."
    )


class LoopEntry(BaseModel):
    """What one block of the body gave in one iteration (docs/contract.md#outputs)."""

    model_config = ConfigDict(frozen=True)

    loop_value: Any
    output_parameter: dict[str, Any]
    output_value: Any


class LoopOutput(RootModel[list[list[LoopEntry]]]):
    """Iterations, each a list of its blocks' entries."""
