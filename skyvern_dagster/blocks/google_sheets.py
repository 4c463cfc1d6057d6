"""What the blocks share that are about a Google spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import Field

from skyvern_dagster.blocks.block import BlockWarning, LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError

_WHY = (
    "Google's spreadsheets can't be reached from here: they take an account of Google's with the "
    "rights of an app of yours"
)


class GoogleSheetsBlock(LeafBlock):
    """Is loaded and checked, and fails with what to do in its place."""

    key_fields: ClassVar[tuple[str, ...]] = ("spreadsheet_url", "credential_id")
    template_fields: ClassVar[tuple[str, ...]] = ("sheet_name", "range")
    kind: ClassVar[str] = "googlesheets"
    in_its_place: ClassVar[str]
    """What to do in place of the block."""

    spreadsheet_url: str = Field(description="Address, or id, of the spreadsheet.")
    sheet_name: str | None = Field(default=None, description="Else the first.")
    credential_id: str | None = Field(
        default=None, description="Parameter whose secret is a service account's JSON key."
    )
    parameter_keys: list[str] = Field(default_factory=list)

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """That it will fail, and what to do in its place."""
        del fields
        yield BlockWarning((), f"{_WHY}: the block will fail", cls.in_its_place)

    def run(self, context: BlockContext) -> BlockOutcome:
        """Says what to do in its place: the spreadsheet can't be reached.

        Raises:
            BlockError: Always.
        """
        context.log(f"not reached: {self.spreadsheet_url}")
        raise BlockError(f"{_WHY}. {self.in_its_place}")
