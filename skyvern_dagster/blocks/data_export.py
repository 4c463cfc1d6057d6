"""The ``data_export`` block: records into a Parquet file."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class ExportOutput(BaseModel):
    """The file that came of it."""

    filename: str
    rows: int
    size_bytes: int
    columns: list[str]


class DataExportBlock(LeafBlock):
    """Writes records into a Parquet file, which counts as a download of the run."""

    key_fields: ClassVar[tuple[str, ...]] = ("data",)
    template_fields: ClassVar[tuple[str, ...]] = ("file_name",)
    kind: ClassVar[str] = "parquet"
    output_type: ClassVar[type[BaseModel]] = ExportOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    block_type: Literal["data_export"]
    data: str = Field(description="Template, or key, that gives a list of records.")
    data_schema: dict[str, Any] = Field(description="JSON Schema of the records.")
    file_name: str | None = Field(default=None, description="Else the label.")
    parameter_keys: list[str] = Field(default_factory=list)

    def describe(self) -> str:
        """What it writes."""
        return f"Writes {self.data} into a Parquet file."

    def summary(self) -> str:
        """What it writes."""
        return "writes a Parquet file"

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("data_export isn't carried out here yet")
