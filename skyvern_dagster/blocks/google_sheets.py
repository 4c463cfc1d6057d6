"""What the blocks share that are about a Google spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import Field

from skyvern_dagster.blocks.block import BlockWarning, LeafBlock, RetryRule
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.google_api import NO_ACCOUNT, SHEETS_SCOPE, google_client, has_account
from skyvern_dagster.blocks.spreadsheet import SheetPlace, Spreadsheet


class GoogleSheetsBlock(LeafBlock):
    """Works on one sheet of a spreadsheet, as a service account."""

    key_fields: ClassVar[tuple[str, ...]] = ("spreadsheet_url", "credential_id")
    template_fields: ClassVar[tuple[str, ...]] = ("sheet_name", "range")
    kind: ClassVar[str] = "googlesheets"

    spreadsheet_url: str = Field(
        description="Address, or id, of the spreadsheet; `gid` in it names the sheet."
    )
    sheet_name: str | None = Field(default=None, description="Else the address's, or the first.")
    range: str | None = Field(default=None, description="As A1:C20; else all of the sheet.")
    credential_id: str | None = Field(
        default=None,
        description="Parameter whose secret is a service account's JSON key; else the server's "
        "own (`SKYVERN_GOOGLE_SERVICE_ACCOUNT`).",
    )
    parameter_keys: list[str] = Field(default_factory=list)
    max_retries: int = Field(default=2, ge=0, le=20, description="Our extension.")

    @property
    def retry_rule(self) -> RetryRule:
        """Google allows so many requests a minute: what is too much now is tried again."""
        return RetryRule(self.max_retries, delay_seconds=5.0)

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """No account to ask with."""
        if not fields.get("credential_id") and not has_account():
            message, _, hint = NO_ACCOUNT.partition(": ")
            yield BlockWarning((), message, hint)

    def sheet(self, context: BlockContext) -> Spreadsheet:
        """The sheet that is meant; nothing was asked for yet.

        Raises:
            BlockError: Its address is none, or there is no account.
            SecretError: The account's key is missing, or belongs to other hosts.
        """
        address = context.single(self.spreadsheet_url, "spreadsheet_url").strip()
        name = context.rendered(self.sheet_name or "", "sheet_name").strip()
        cells = context.rendered(self.range or "", "range").strip()
        client = google_client(context, self.credential_id, "credential_id", SHEETS_SCOPE)
        return Spreadsheet(client, SheetPlace.of(address, name, cells))
