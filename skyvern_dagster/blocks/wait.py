"""The ``wait`` block: some seconds in which nothing is done."""

from __future__ import annotations

import time
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome

MOST_SECONDS = 1800
"""As many as Skyvern's (docs/contract.md#limits)."""


class WaitOutput(BaseModel):
    """Says that it has waited: ``{"success": true}``."""

    success: bool


class WaitBlock(LeafBlock):
    """Waits; the page, where there is one, stays open."""

    example: ClassVar[str] = """\
block_type: wait
label: a_moment
wait_sec: 5
"""
    kind: ClassVar[str] = "wait"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = WaitOutput

    block_type: Literal["wait"]
    wait_sec: int = Field(default=0, ge=0, le=MOST_SECONDS, description="Seconds.")

    def describe(self) -> str:
        """How long it waits."""
        return f"Waits {self.wait_sec} seconds."

    def summary(self) -> str:
        """How long it waits."""
        return f"waits {self.wait_sec} s"

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """That it didn't wait."""
        del reason
        return WaitOutput(success=False).model_dump(mode="json")

    def run(self, context: BlockContext) -> BlockOutcome:
        """Waits, and says so."""
        context.log(f"waiting {self.wait_sec} s")
        time.sleep(self.wait_sec)
        return BlockOutcome(
            status="completed", output=WaitOutput(success=True).model_dump(mode="json")
        )
