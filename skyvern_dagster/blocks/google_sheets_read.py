"""The ``google_sheets_read`` block: rows of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import BlockWarning, LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class SheetRows(RootModel[list[Any]]):
    """Rows: objects by the names of the header row, or lists."""


UNREACHABLE = (
    "Google's spreadsheets can't be reached from here: they take an account of Google's with the "
    "rights of an app of yours. Publish the sheet as CSV (File, Share, Publish to web) and read "
    "that address with file_url_parser"
)
"""What to do in place of the block."""


class GoogleSheetsReadBlock(LeafBlock):
    """Reads rows of a Google spreadsheet."""

    example: ClassVar[str] = """\
block_type: google_sheets_read
label: read_sheet
spreadsheet_url: https://docs.google.com/spreadsheets/d/1AbC/edit
sheet_name: Orders
credential_id: account
"""
    key_fields: ClassVar[tuple[str, ...]] = ("spreadsheet_url", "credential_id")
    template_fields: ClassVar[tuple[str, ...]] = ("sheet_name", "range")
    kind: ClassVar[str] = "googlesheets"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = SheetRows

    block_type: Literal["google_sheets_read"]
    spreadsheet_url: str = Field(description="Address, or id, of the spreadsheet.")
    sheet_name: str | None = Field(default=None, description="Else the first.")
    range: str | None = Field(default=None, description="As A1:C20; else all.")
    credential_id: str | None = Field(
        default=None, description="Parameter whose secret is a service account's JSON key."
    )
    has_header_row: bool = Field(default=True, description="Rows are objects by its names.")
    parameter_keys: list[str] = Field(default_factory=list)

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """That it will fail, and what to do in its place."""
        del fields
        message, _, hint = UNREACHABLE.partition(". ")
        yield BlockWarning((), f"{message}: the block will fail", hint)

    def describe(self) -> str:
        """What it reads."""
        return f"Reads {self.spreadsheet_url}."

    def summary(self) -> str:
        """What it reads."""
        return "reads a spreadsheet"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Says what to do in its place: the spreadsheet can't be reached.

        Raises:
            BlockError: Always.
        """
        context.log(f"not reached: {self.spreadsheet_url}")
        raise BlockError(UNREACHABLE)
