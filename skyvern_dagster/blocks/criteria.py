"""What a branch or a ``while_loop`` depends on: a Jinja expression, or a sentence for a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.blocks.block import BlockText

FALSY = frozenset({"", "false", "0", "no", "n", "off", "null", "none"})
"""What a rendered expression must be to count as false (docs/contract.md#conditional)."""


class Criteria(BaseModel):
    """What must hold for a branch to be taken, or for another turn of a loop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    criteria_type: Literal["jinja2_template", "prompt"] = Field(
        default="jinja2_template",
        description="`jinja2_template`: the expression is rendered. `prompt`: a model judges it.",
    )
    expression: str = Field(description="A Jinja template, or a statement that is true or not.")
    description: str | None = Field(default=None, description="What it means, for people.")


def is_true(rendered: Any) -> bool:
    """Whether a rendered expression counts as true."""
    if isinstance(rendered, list | dict):
        return bool(rendered)
    return str(rendered).strip().casefold() not in FALSY


def is_prompt(fields: Any) -> bool:
    """Whether a condition, as a document has it, is a statement for a model."""
    return isinstance(fields, Mapping) and fields.get("criteria_type") == "prompt"


def criteria_text(fields: Any, path: tuple[str | int, ...]) -> Iterator[BlockText]:
    """The expression of a condition, as a text that may refer to names.

    Args:
        fields: A ``Criteria``, or what a document has in its place.
        path: Where it stands in the block.
    """
    given = fields.model_dump() if isinstance(fields, Criteria) else fields
    if isinstance(given, Mapping) and isinstance(given.get("expression"), str):
        yield BlockText((*path, "expression"), given["expression"], may_be_key=False)
