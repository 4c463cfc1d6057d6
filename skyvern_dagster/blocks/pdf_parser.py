"""The ``pdf_parser`` block: what is in a PDF, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.file_data import data_of, read_document
from skyvern_dagster.blocks.file_url_parser import READING, ParserOutput
from skyvern_dagster.blocks.given_file import given_file
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.templating.value_shape import ValueShape, shape_of_schema


class PdfParserBlock(LeafBlock):
    """Reads a PDF into data of a schema."""

    example: ClassVar[str] = """\
block_type: pdf_parser
label: read_invoice
file_url: SKYVERN_DOWNLOAD_DIRECTORY/invoice.pdf
json_schema: {type: object, properties: {invoice_number: {type: string}, total: {type: number}}}
"""
    key_fields: ClassVar[tuple[str, ...]] = ("file_url",)
    takes_downloads: ClassVar[bool] = True
    kind: ClassVar[str] = "file"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = ParserOutput

    block_type: Literal["pdf_parser"]
    file_url: str = Field(description="http or https, or a file of the run.")
    json_schema: dict[str, Any] | None = Field(default=None, description="Form of the data.")

    @classmethod
    def output_shape(cls, fields: Mapping[str, Any]) -> ValueShape:
        """Data in the form of `json_schema`."""
        return shape_of_schema(fields.get("json_schema"))

    def describe(self) -> str:
        """Which file it reads."""
        return f"Reads {self.file_url}."

    def summary(self) -> str:
        """Which file it reads."""
        return f"reads {self.file_url}"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Reads the PDF.

        Raises:
            BlockError: There is no such file, it is no PDF, or it needs a model and none is
                configured.
            InfrastructureError: The model's server doesn't answer.
        """
        file = given_file(context, self.file_url, "file_url")
        data = data_of(context, read_document(file, "pdf"), self.json_schema, READING)
        context.log(f"read {file.name} ({len(file.content)} bytes)")
        return BlockOutcome(status="completed", output=data.value, details=data.details)
