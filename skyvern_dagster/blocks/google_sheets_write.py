"""The ``google_sheets_write`` block: rows into a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.google_sheets import GoogleSheetsBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.spreadsheet import Row, Spreadsheet, in_columns, rows_of, stand_among
from skyvern_dagster.errors import BlockError


class SheetWritten(BaseModel):
    """What the spreadsheet says it has taken."""

    spreadsheet_url: str = ""
    sheet_name: str = ""
    updated_range: str | None = None
    updated_rows: int = 0
    updated_cells: int = 0
    note: str | None = None


class GoogleSheetsWriteBlock(GoogleSheetsBlock):
    """Writes rows into a Google spreadsheet; appended rows are added once."""

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
    output_type: ClassVar[type[BaseModel]] = SheetWritten

    block_type: Literal["google_sheets_write"]
    range: str | None = Field(
        default=None, description="As A1:C20; where `update` begins to write, A1 if left out."
    )
    write_mode: Literal["append", "update"] = Field(
        default="append", description="Below the last row, or over what is there."
    )
    values: str = Field(
        default="",
        description="Template, or key, that gives the rows: objects, lists, or JSON of these. "
        "Texts are written as texts, also those that begin like a formula.",
    )
    column_mapping: dict[str, str] | None = Field(
        default=None, description="Name of a value -> its column's header, or letter."
    )
    create_sheet_if_missing: bool = Field(
        default=False, description="Add the sheet where there is none of this name."
    )

    def describe(self) -> str:
        """What it writes."""
        return f"Writes rows into {self.spreadsheet_url}."

    def summary(self) -> str:
        """What it writes."""
        return "writes into a spreadsheet"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Writes the rows; an object's first row into an empty sheet is preceded by its names.

        Raises:
            BlockError: There is no account or no such sheet, a value has no column, or Google
                refuses.
            SecretError: The account's key is missing, or belongs to other hosts.
        """
        rows = rows_of(context.value(self.values, "values"))
        sheet = self.sheet(context)
        if self.create_sheet_if_missing and sheet.make_sheet_if_missing():
            context.log(f"made the sheet {sheet.title!r}")
        if not rows:
            context.log("there are no rows to write")
            return self._outcome(context, sheet, {}, "there were no rows to write")
        if self.write_mode == "update":
            return self._outcome(context, sheet, sheet.update(self._columns(context, sheet, rows)))
        return self._appended(context, sheet, rows)

    def _appended(
        self, context: BlockContext, sheet: Spreadsheet, rows: Sequence[Row]
    ) -> BlockOutcome:
        """Adds rows once: an attempt that broke off may have added them all the same."""
        store = context.services.artifacts
        mark = RunKeys(context.workflow_run_id).appended(context.block_key)
        columns = self._columns(context, sheet, rows)
        there = sheet.rows("", exact=True)
        if not store.exists(mark):
            store.write_json(mark, {"rows_before": len(there)})
        elif stand_among(columns, there[int(store.read_json(mark)["rows_before"]) :]):
            note = "an attempt that broke off had added the rows"
            context.log(note)
            return self._outcome(context, sheet, {}, note)
        return self._outcome(context, sheet, sheet.append(columns))

    def _columns(
        self, context: BlockContext, sheet: Spreadsheet, rows: Sequence[Row]
    ) -> list[list[Any]]:
        mapping = {
            name: context.rendered(column, "column_mapping").strip()
            for name, column in (self.column_mapping or {}).items()
        }
        if all(isinstance(row, list) for row in rows):
            return in_columns(rows, (), mapping)
        header = [str(each) for each in next(iter(sheet.rows("1:1")), [])]
        if header:
            return in_columns(rows, header, mapping)
        names = dict.fromkeys(
            mapping.get(name, name) for row in rows if isinstance(row, dict) for name in row
        )
        return [[*names], *in_columns(rows, [*names], mapping)]

    def _outcome(
        self,
        context: BlockContext,
        sheet: Spreadsheet,
        taken: Any,
        note: str | None = None,
    ) -> BlockOutcome:
        output = SheetWritten(
            spreadsheet_url=context.single(self.spreadsheet_url, "spreadsheet_url").strip(),
            sheet_name=sheet.title,
            updated_range=taken.get("updatedRange"),
            updated_rows=int(taken.get("updatedRows") or 0),
            updated_cells=int(taken.get("updatedCells") or 0),
            note=note,
        )
        if not note and not output.updated_rows:
            raise BlockError(f"Google says that it has written nothing: {taken}")
        context.log(f"wrote {output.updated_rows} rows into {sheet.title!r}")
        return BlockOutcome(
            status="completed",
            output=output.model_dump(mode="json"),
            details={"rows": output.updated_rows},
        )
