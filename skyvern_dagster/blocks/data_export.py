"""The ``data_export`` block: records into a Parquet file."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.kept_file import keep_files
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.parquet_file import ParquetFile, parquet_file


class ExportOutput(BaseModel):
    """The file that came of it."""

    filename: str
    rows: int
    size_bytes: int
    columns: list[str]


class DataExportBlock(LeafBlock):
    """Writes records into a Parquet file, which counts as a download of the run."""

    example: ClassVar[str] = """\
block_type: data_export
label: export_orders
data: "{{ orders }}"
data_schema:
  type: object
  properties: {order_id: {type: string}, total: {type: number}}
"""
    key_fields: ClassVar[tuple[str, ...]] = ("data",)
    template_fields: ClassVar[tuple[str, ...]] = ("file_name",)
    kind: ClassVar[str] = "parquet"
    changes_nothing: ClassVar[bool] = True
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
        """Writes the file.

        Raises:
            BlockError: There are no records, or they don't fit the schema.
        """
        written = parquet_file(context.value(self.data, "data"), self.data_schema)
        name = context.rendered(self.file_name or "", "file_name").strip() or self.label
        file = keep_parquet(context, self.label, name, written)
        output = ExportOutput(
            filename=file.filename,
            rows=written.rows,
            size_bytes=file.size,
            columns=written.columns,
        )
        return BlockOutcome(
            status="completed",
            output=output.model_dump(mode="json"),
            files=(file,),
            details={"rows": written.rows},
        )


def keep_parquet(context: BlockContext, label: str, name: str, written: ParquetFile) -> StoredFile:
    """Keeps a Parquet file as a download of a block."""
    named = name if name.lower().endswith(".parquet") else f"{name}.parquet"
    (file,) = keep_files(context, label, [(named, written.content)])
    context.log(f"wrote {written.rows} records to {file.filename} ({file.size} bytes)")
    if written.left_out:
        context.log(f"left out, since the schema doesn't name them: {', '.join(written.left_out)}")
    return file
