"""The ``google_sheets_read`` block: rows of a spreadsheet."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.google_sheets import GoogleSheetsBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.spreadsheet import as_objects


class SheetRows(RootModel[list[Any]]):
    """Rows: objects by the names of the header row, or lists."""


class GoogleSheetsReadBlock(GoogleSheetsBlock):
    """Reads rows of a Google spreadsheet, as the sheet shows them."""

    example: ClassVar[str] = """\
block_type: google_sheets_read
label: read_sheet
spreadsheet_url: https://docs.google.com/spreadsheets/d/1AbC/edit
sheet_name: Orders
credential_id: account
"""
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = SheetRows

    block_type: Literal["google_sheets_read"]
    has_header_row: bool = Field(default=True, description="Rows are objects by its names.")

    def describe(self) -> str:
        """What it reads."""
        return f"Reads {self.spreadsheet_url}."

    def summary(self) -> str:
        """What it reads."""
        return "reads a spreadsheet"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Reads the rows.

        Raises:
            BlockError: There is no account or no such sheet, or Google refuses.
            SecretError: The account's key is missing, or belongs to other hosts.
        """
        sheet = self.sheet(context)
        rows = sheet.rows()
        output: list[Any] = as_objects(rows) if self.has_header_row else rows
        context.log(f"read {len(output)} rows of {sheet.title!r}")
        return BlockOutcome(status="completed", output=output, details={"rows": len(output)})
