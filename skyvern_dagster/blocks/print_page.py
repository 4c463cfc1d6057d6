"""The ``print_page`` block: the page that the browser is on, as a PDF."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import LeafBlock, Need
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class PrintOutput(BaseModel):
    """The file that came of it."""

    filename: str
    file_path: str
    size_bytes: int
    artifact_uri: str


class PrintPageBlock(LeafBlock):
    """Prints the page that the browser is on into a PDF, which counts as a download."""

    template_fields: ClassVar[tuple[str, ...]] = ("custom_filename",)
    needs: ClassVar[frozenset[Need]] = frozenset({"browser"})
    kind: ClassVar[str] = "browser"
    output_type: ClassVar[type[BaseModel]] = PrintOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    block_type: Literal["print_page"]
    custom_filename: str | None = Field(default=None, description="Else the page's title.")
    include_timestamp: bool = Field(
        default=True, description="Date and address of the page at its edges."
    )
    format: Literal["A4", "Letter", "Legal", "Tabloid"] = Field(
        default="A4", description="Size of the paper."
    )
    landscape: bool = False
    print_background: bool = True
    parameter_keys: list[str] = Field(default_factory=list)

    def describe(self) -> str:
        """What comes of it."""
        return f"Prints the page as a PDF ({self.format})."

    def summary(self) -> str:
        """What comes of it."""
        return "prints the page"

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("print_page isn't carried out here yet")
