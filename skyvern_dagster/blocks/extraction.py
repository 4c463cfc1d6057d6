"""The ``extraction`` block: data read off the page."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from skyvern_dagster.blocks.agent_block import (
    AGENT_TEMPLATES,
    AgentBlock,
    Instruction,
    is_schema,
)
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.data_export import keep_parquet
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.parquet_file import parquet_file
from skyvern_dagster.errors import BlockError, TemplateError
from skyvern_dagster.templating.rendering import evaluate, is_template


class ExtractionBlock(AgentBlock):
    """Reads data off the page that the browser is on, or one that it opens."""

    example: ClassVar[str] = """\
block_type: extraction
label: read_orders
data_extraction_goal: Read all orders on this page.
data_schema:
  type: object
  properties:
    orders:
      type: array
      items: {type: object, properties: {order_id: {type: string}, total: {type: number}}}
"""
    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "data_extraction_goal",
        "export_file_name",
    )

    block_type: Literal["extraction"]
    data_extraction_goal: str = Field(description="What to read, in plain words.")
    data_schema: dict[str, Any] | list[Any] | str | None = Field(
        default=None, description="JSON Schema of what to read."
    )
    export_enabled: bool = Field(
        default=False, description="Also write what was read into a Parquet file."
    )
    export_data_schema: dict[str, Any] | None = Field(
        default=None, description="JSON Schema of the file's records; else that of the data."
    )
    export_file_name: str | None = Field(default=None, description="Name of the file.")
    export_records: str | None = Field(
        default=None, description="Template, or path, of the records in what was read."
    )

    _is_schema = field_validator("data_schema", mode="before")(is_schema)

    def run(self, context: BlockContext) -> BlockOutcome:
        """Reads the page, and writes what was read into a file where the block says so.

        Raises:
            BlockError: As of the base class; or what was read can't be written.
        """
        outcome = super().run(context)
        if not self.export_enabled or not outcome.completed:
            return outcome
        extracted = outcome.output["extracted_information"]
        schema = self.export_data_schema or _as_object(self.data_schema)
        written = parquet_file(self._records(context, extracted), schema)
        name = context.rendered(self.export_file_name or "", "export_file_name").strip()
        file = keep_parquet(context, self.label, name or self.label, written)
        return outcome.model_copy(update={"files": (*outcome.files, file)})

    def _records(self, context: BlockContext, extracted: Any) -> Any:
        """What is written: all that was read, or the part that `export_records` names."""
        if not self.export_records:
            return extracted
        if is_template(self.export_records):
            names = {**context.names, **(extracted if isinstance(extracted, dict) else {})}
            output = {"extracted_information": extracted, "output": extracted}
            names |= {self.label: output, f"{self.label}_output": output}
            try:
                return evaluate(self.export_records, names)
            except TemplateError as error:
                raise BlockError(f"export_records: {error}") from error
        value = extracted
        for part in self.export_records.split("."):
            if not isinstance(value, dict) or part not in value:
                raise BlockError(f"export_records: what was read has no {self.export_records!r}")
            value = value[part]
        return value

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            data_extraction_goal=self.data_extraction_goal,
            data_schema=self.data_schema,
            comes_back=True,
        )


def _as_object(schema: Any) -> dict[str, Any]:
    """A schema as a mapping, whichever way a definition gives it; empty where it says nothing."""
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except ValueError:
            return {}
    if isinstance(schema, list):
        return {"items": schema[0]} if schema and isinstance(schema[0], dict) else {}
    if not isinstance(schema, dict):
        return {}
    return schema if {"type", "properties", "items"} & schema.keys() else {"properties": schema}
