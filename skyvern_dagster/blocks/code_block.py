"""The ``code`` block: Python that the definition brings along, in a process of its own."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import Block, LeafBlock, first_sentence
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class CodeOutput(RootModel[Any]):
    """The variables of the code's top level, or what it returned."""


class CodeBlock(LeafBlock):
    """Runs Python: its top-level variables are the output."""

    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {
        "steps", "user_owned_goal", "goal_needs_regeneration", "code_edited_by_hand",
    }  # fmt: skip
    kind: ClassVar[str] = "python"
    output_type: ClassVar[type[BaseModel]] = CodeOutput

    block_type: Literal["code"]
    code: str = Field(description="Python; `page` is Playwright's page, where one is open.")
    parameter_keys: list[str] = Field(
        default_factory=list, description="Parameters that the code sees as variables."
    )
    prompt: str | None = Field(default=None, description="What it does, for people.")
    error_code_mapping: dict[str, str] = Field(default_factory=dict)
    data_schema: dict[str, Any] | list[Any] | str | None = Field(
        default=None, description="JSON Schema of its output."
    )

    def describe(self) -> str:
        """What it is for, or its beginning."""
        return self.prompt or self.code

    def summary(self) -> str:
        """What it is for."""
        return first_sentence(self.prompt or "") or "runs Python"

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("code isn't carried out here yet")
