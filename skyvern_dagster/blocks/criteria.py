"""What a branch or a ``while_loop`` depends on: a Jinja expression, or a sentence for a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.blocks.block import BlockText
from skyvern_dagster.blocks.comparison import compared, sign_in
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.rendering import is_template, text_between

FALSY = frozenset({"", "false", "0", "no", "n", "off", "null", "none"})
"""What a rendered expression must be to count as false (docs/contract.md#conditional)."""

_TRUTHY = frozenset({"true", "1", "yes", "y", "on"})
"""Texts that are true by themselves; any other one is a sentence about something."""


class Criteria(BaseModel):
    """What must hold for a branch to be taken, or for another turn of a loop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    criteria_type: Literal["jinja2_template", "prompt"] = Field(
        default="jinja2_template",
        description="`jinja2_template`: the expression is rendered; one with words around its "
        "braces, or without any, is a statement. `prompt`: a model judges the statement.",
    )
    expression: str = Field(description="A Jinja template, or a statement that is true or not.")
    description: str | None = Field(default=None, description="What it means, for people.")

    @property
    def is_for_model(self) -> bool:
        """Whether a model has to judge it."""
        return self.criteria_type == "prompt" or is_statement(self.expression)


def is_statement(expression: str) -> bool:
    """Whether an expression says something in words: ``{{ paid }} is the same as {{ due }}``.

    Rendered, that is a text, which says nothing of whether it is so. A sign alone between two
    values compares them; a malformed expression says nothing, and can't be rendered either.
    """
    try:
        said = text_between(expression) if is_template(expression) else expression
        compares = sign_in(expression) is not None
    except TemplateError:
        return False
    return not compares and said.strip().casefold() not in FALSY | _TRUTHY


def holds(expression: str, value: Any) -> bool:
    """Whether a condition that is no statement is true.

    Args:
        expression: As the definition has it.
        value: What it gives.

    Raises:
        BlockError: It compares what can't be compared.
    """
    sign = sign_in(expression)
    return is_true(value) if sign is None else compared(str(value), sign)


def is_true(rendered: Any) -> bool:
    """Whether a rendered expression counts as true."""
    if isinstance(rendered, list | dict):
        return bool(rendered)
    return str(rendered).strip().casefold() not in FALSY


def asks_model(fields: Any) -> bool:
    """Whether a condition, as a document has it, is a statement for a model."""
    if not isinstance(fields, Mapping):
        return False
    expression = fields.get("expression")
    is_prompt = fields.get("criteria_type") == "prompt"
    return is_prompt or (isinstance(expression, str) and is_statement(expression))


def criteria_text(fields: Any, path: tuple[str | int, ...]) -> Iterator[BlockText]:
    """The expression of a condition, as a text that may refer to names.

    Args:
        fields: A ``Criteria``, or what a document has in its place.
        path: Where it stands in the block.
    """
    given = fields.model_dump() if isinstance(fields, Criteria) else fields
    if isinstance(given, Mapping) and isinstance(given.get("expression"), str):
        yield BlockText((*path, "expression"), given["expression"], may_be_key=False)
