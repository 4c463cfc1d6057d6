"""What the blocks share that make PDFs of another one."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import Block, LeafBlock, first_sentence
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry


class PdfOutput(BaseModel):
    """The files that came of it."""

    files: list[str] = Field(default_factory=list, description="Names, as downloads of the run.")
    details: list[dict[str, Any]] = Field(
        default_factory=list, description="What is in each: its pages, or its fields."
    )


class PdfBlock(LeafBlock):
    """Does with a PDF what its prompt says."""

    key_fields: ClassVar[tuple[str, ...]] = ("file_url",)
    template_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {"llm_key"}
    takes_downloads: ClassVar[bool] = True
    kind: ClassVar[str] = "file"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = PdfOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    file_url: str = Field(description="http or https, or a file of the run.")
    prompt: str = Field(description="What to do, in plain words.")
    parameter_keys: list[str] = Field(default_factory=list)

    def describe(self) -> str:
        """What it does."""
        return self.prompt

    def summary(self) -> str:
        """What it does."""
        return first_sentence(self.prompt)
