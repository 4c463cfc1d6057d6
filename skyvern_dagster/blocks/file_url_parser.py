"""The ``file_url_parser`` block: what is in a file, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import LeafBlock, ModelUse
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError

FileType = Literal["auto_detect", "csv", "excel", "pdf", "image", "docx", "zip"]
"""What a file is; ``auto_detect``: as its content says."""


class ParserOutput(RootModel[Any]):
    """Rows of a table, or data in the form of ``json_schema``."""


class FileUrlParserBlock(LeafBlock):
    """Reads a file: tables give rows; texts and pictures give data of a schema."""

    key_fields: ClassVar[tuple[str, ...]] = ("file_url",)
    template_fields: ClassVar[tuple[str, ...]] = ("worksheet",)
    takes_downloads: ClassVar[bool] = True
    kind: ClassVar[str] = "file"
    output_type: ClassVar[type[BaseModel]] = ParserOutput

    block_type: Literal["file_url_parser"]
    file_url: str = Field(description="http or https, or a file of the run.")
    file_type: FileType = Field(default="auto_detect", description="What the file is.")
    json_schema: dict[str, Any] | None = Field(default=None, description="Form of the data.")
    worksheet: str | None = Field(default=None, description="Sheet of an Excel file; else all.")
    force_ocr: bool = Field(default=False, description="Read a PDF's pages as pictures.")

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """Pictures are for a model to read; of a text, it fills the schema better."""
        if fields.get("file_type") == "image" or fields.get("force_ocr"):
            return ModelUse("reads the picture")
        return None

    def describe(self) -> str:
        """Which file it reads."""
        return f"Reads {self.file_url}."

    def summary(self) -> str:
        """Which file it reads."""
        return f"reads {self.file_url}"

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("file_url_parser isn't carried out here yet")
