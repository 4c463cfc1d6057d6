"""The ``pdf_fill`` block: a PDF form, filled in."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import Block, LeafBlock, first_sentence
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.pdf_output import PdfOutput
from skyvern_dagster.errors import BlockError


class PdfFillBlock(LeafBlock):
    """Fills in the form of a PDF, which counts as a download of the run."""

    key_fields: ClassVar[tuple[str, ...]] = ("file_url", "payload")
    template_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {"llm_key"}
    takes_downloads: ClassVar[bool] = True
    kind: ClassVar[str] = "file"
    output_type: ClassVar[type[BaseModel]] = PdfOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    block_type: Literal["pdf_fill"]
    file_url: str = Field(description="http or https, or a file of the run.")
    prompt: str = Field(description="What to do, in plain words.")
    payload: dict[str, Any] | list[Any] | str | None = Field(
        default=None, description="What to fill in."
    )
    parameter_keys: list[str] = Field(default_factory=list)

    def describe(self) -> str:
        """What it does."""
        return self.prompt

    def summary(self) -> str:
        """What it does."""
        return first_sentence(self.prompt)

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("pdf_fill isn't carried out here yet")
