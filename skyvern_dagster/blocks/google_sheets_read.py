"""The ``google_sheets_read`` block: rows of a spreadsheet."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.google_sheets import GoogleSheetsBlock


class SheetRows(RootModel[list[Any]]):
    """Rows: objects by the names of the header row, or lists."""


class GoogleSheetsReadBlock(GoogleSheetsBlock):
    """Reads rows of a Google spreadsheet."""

    example: ClassVar[str] = """\
block_type: google_sheets_read
label: read_sheet
spreadsheet_url: https://docs.google.com/spreadsheets/d/1AbC/edit
sheet_name: Orders
credential_id: account
"""
    changes_nothing: ClassVar[bool] = True
    in_its_place: ClassVar[str] = (
        "Publish the sheet as CSV (File, Share, Publish to web) and read that address with "
        "file_url_parser"
    )
    output_type: ClassVar[type[BaseModel]] = SheetRows

    block_type: Literal["google_sheets_read"]
    range: str | None = Field(default=None, description="As A1:C20; else all.")
    has_header_row: bool = Field(default=True, description="Rows are objects by its names.")

    def describe(self) -> str:
        """What it reads."""
        return f"Reads {self.spreadsheet_url}."

    def summary(self) -> str:
        """What it reads."""
        return "reads a spreadsheet"
