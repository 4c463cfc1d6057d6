"""The ``google_sheets_write`` block: rows into a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import BlockWarning, LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class SheetWritten(RootModel[dict[str, Any]]):
    """What the spreadsheet says it has taken."""


UNREACHABLE = (
    "Google's spreadsheets can't be reached from here: they take an account of Google's with the "
    "rights of an app of yours. Write the rows with data_export and file_upload, or send them to a "
    "web app of the spreadsheet with http_request"
)
"""What to do in place of the block."""


class GoogleSheetsWriteBlock(LeafBlock):
    """Writes rows into a Google spreadsheet."""

    example: ClassVar[str] = """\
block_type: google_sheets_write
label: write_sheet
spreadsheet_url: https://docs.google.com/spreadsheets/d/1AbC/edit
values: "{{ orders }}"
credential_id: account
"""
    key_fields: ClassVar[tuple[str, ...]] = ("spreadsheet_url", "credential_id", "values")
    template_fields: ClassVar[tuple[str, ...]] = ("sheet_name", "range", "column_mapping")
    kind: ClassVar[str] = "googlesheets"
    output_type: ClassVar[type[BaseModel]] = SheetWritten

    block_type: Literal["google_sheets_write"]
    spreadsheet_url: str = Field(description="Address, or id, of the spreadsheet.")
    sheet_name: str | None = Field(default=None, description="Else the first.")
    range: str | None = Field(default=None, description="As A1:C20; for `update` required.")
    credential_id: str | None = Field(
        default=None, description="Parameter whose secret is a service account's JSON key."
    )
    write_mode: Literal["append", "update"] = Field(default="append", description="How.")
    values: str = Field(default="", description="Template, or key, that gives the rows.")
    column_mapping: dict[str, str] | None = Field(
        default=None, description="Name of a value -> its column's header."
    )
    create_sheet_if_missing: bool = False
    parameter_keys: list[str] = Field(default_factory=list)

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """That it will fail, and what to do in its place."""
        del fields
        message, _, hint = UNREACHABLE.partition(". ")
        yield BlockWarning((), f"{message}: the block will fail", hint)

    def describe(self) -> str:
        """What it writes."""
        return f"Writes rows into {self.spreadsheet_url}."

    def summary(self) -> str:
        """What it writes."""
        return "writes into a spreadsheet"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Says what to do in its place: the spreadsheet can't be reached.

        Raises:
            BlockError: Always.
        """
        context.log(f"not reached: {self.spreadsheet_url}")
        raise BlockError(UNREACHABLE)
