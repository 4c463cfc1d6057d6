"""The ``google_sheets_write`` block: rows into a spreadsheet."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.google_sheets import GoogleSheetsBlock


class SheetWritten(RootModel[dict[str, Any]]):
    """What the spreadsheet says it has taken."""


class GoogleSheetsWriteBlock(GoogleSheetsBlock):
    """Writes rows into a Google spreadsheet."""

    example: ClassVar[str] = """\
block_type: google_sheets_write
label: write_sheet
spreadsheet_url: https://docs.google.com/spreadsheets/d/1AbC/edit
values: "{{ orders }}"
credential_id: account
"""
    key_fields: ClassVar[tuple[str, ...]] = (*GoogleSheetsBlock.key_fields, "values")
    template_fields: ClassVar[tuple[str, ...]] = (
        *GoogleSheetsBlock.template_fields,
        "column_mapping",
    )
    in_its_place: ClassVar[str] = (
        "Write the rows with data_export and file_upload, or send them to a web app of the "
        "spreadsheet with http_request"
    )
    output_type: ClassVar[type[BaseModel]] = SheetWritten

    block_type: Literal["google_sheets_write"]
    range: str | None = Field(default=None, description="As A1:C20; for `update` required.")
    write_mode: Literal["append", "update"] = Field(default="append", description="How.")
    values: str = Field(default="", description="Template, or key, that gives the rows.")
    column_mapping: dict[str, str] | None = Field(
        default=None, description="Name of a value -> its column's header."
    )
    create_sheet_if_missing: bool = False

    def describe(self) -> str:
        """What it writes."""
        return f"Writes rows into {self.spreadsheet_url}."

    def summary(self) -> str:
        """What it writes."""
        return "writes into a spreadsheet"
