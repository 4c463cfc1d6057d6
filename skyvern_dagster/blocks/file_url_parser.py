"""The ``file_url_parser`` block: what is in a file, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import LeafBlock, ModelUse
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.file_data import data_of, kind_of, members, read_document
from skyvern_dagster.blocks.given_file import GivenFile, given_file
from skyvern_dagster.blocks.kept_file import keep_files
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.templating.value_shape import ValueShape, shape_of_schema

FileType = Literal["auto_detect", "csv", "excel", "pdf", "image", "docx", "zip"]
"""What a file is; ``auto_detect``: as its content says."""


READING = "Read the data out of the file."
"""What is asked of a file, beside its schema."""


class ParserOutput(RootModel[Any]):
    """Rows of a table, or data in the form of ``json_schema``."""


class FileUrlParserBlock(LeafBlock):
    """Reads a file: tables give rows; texts and pictures give data of a schema."""

    example: ClassVar[str] = """\
block_type: file_url_parser
label: read_list
file_url: https://portal.example/orders.csv
"""
    key_fields: ClassVar[tuple[str, ...]] = ("file_url",)
    template_fields: ClassVar[tuple[str, ...]] = ("worksheet",)
    takes_downloads: ClassVar[bool] = True
    kind: ClassVar[str] = "file"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = ParserOutput

    block_type: Literal["file_url_parser"]
    file_url: str = Field(description="http or https, or a file of the run.")
    file_type: FileType = Field(default="auto_detect", description="What the file is.")
    json_schema: dict[str, Any] | None = Field(default=None, description="Form of the data.")
    worksheet: str | None = Field(default=None, description="Sheet of an Excel file; else all.")
    force_ocr: bool = Field(
        default=False,
        description="Read a PDF's pages as pictures, also where they hold text: a bad scan's.",
    )

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """Pictures are for a model to read; of a text, it fills the schema better."""
        if fields.get("file_type") == "image" or fields.get("force_ocr"):
            return ModelUse("reads the picture")
        return None

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
        """Reads the file.

        Raises:
            BlockError: There is no such file, it is not what it is said to be, or it needs a model
                and none is configured.
            InfrastructureError: The model's server doesn't answer.
        """
        file = given_file(context, self.file_url, "file_url")
        kind = kind_of(file) if self.file_type == "auto_detect" else self.file_type
        worksheet = context.rendered(self.worksheet or "", "worksheet")
        if kind == "zip":
            return self._unpacked(context, file)
        document = read_document(file, kind, worksheet, as_pictures=self.force_ocr)
        data = data_of(context, document, self.json_schema, READING)
        context.log(f"read {file.name} ({kind}, {len(file.content)} bytes)")
        return BlockOutcome(status="completed", output=data.value, details=data.details)

    def _unpacked(self, context: BlockContext, archive: GivenFile) -> BlockOutcome:
        """The files of an archive: downloads of the run, each read as what it is."""
        inner = list(members(archive))
        files = keep_files(context, self.label, ((each.name, each.content) for each in inner))
        output, details = [], Counter[str]()
        for member, kept in zip(inner, files, strict=True):
            entry: dict[str, Any] = {"filename": kept.filename, "size": kept.size}
            kind = kind_of(member)
            if kind not in ("zip", "image"):
                data = data_of(context, read_document(member, kind), self.json_schema, READING)
                entry["data"] = data.value
                details.update(data.details)
            output.append(entry)
        context.log(f"unpacked {len(files)} files of {archive.name}")
        return BlockOutcome(status="completed", output=output, files=files, details=dict(details))
