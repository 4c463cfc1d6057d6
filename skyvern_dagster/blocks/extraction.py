"""The ``extraction`` block: data read off the page."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from skyvern_dagster.blocks.agent_block import (
    AGENT_TEMPLATES,
    AgentBlock,
    Instruction,
    is_schema,
)


class ExtractionBlock(AgentBlock):
    """Reads data off the page that the browser is on, or one that it opens."""

    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "data_extraction_goal",
        "export_file_name",
        "export_records",
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

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            data_extraction_goal=self.data_extraction_goal, data_schema=self.data_schema
        )
