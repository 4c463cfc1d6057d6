"""Types of fields that hold any block, of whatever types there are when the field is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.entry import BlockEntry


def _block_union() -> Any:
    from skyvern_dagster.blocks.registry import block_union  # it knows the models that hold blocks

    return block_union()


def _entry_union() -> Any:
    from skyvern_dagster.blocks.registry import entry_union

    return entry_union()


@dataclass(frozen=True)
class _Union:
    """Stands for a union of classes that isn't known before models are completed."""

    of: Callable[[], Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        del source
        return handler.generate_schema(self.of())


AnyBlock = Annotated[Block, _Union(_block_union)]
"""Any block of a definition, told apart by ``block_type``."""

AnyEntry = Annotated[BlockEntry, _Union(_entry_union)]
"""The entry of any block in ``outputs=v2``, told apart by ``block_type``."""
