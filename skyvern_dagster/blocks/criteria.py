"""What a branch or a ``while_loop`` depends on: a Jinja expression, or a sentence for a model."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.blocks.block import BlockText
from skyvern_dagster.errors import BlockError, TemplateError
from skyvern_dagster.templating.rendering import is_template, text_between

FALSY = frozenset({"", "false", "0", "no", "n", "off", "null", "none"})
"""What a rendered expression must be to count as false (docs/contract.md#conditional)."""

_TRUTHY = frozenset({"true", "1", "yes", "y", "on"})
"""Texts that are true by themselves; any other one is a sentence about something."""


_VALUE = "\N{REPLACEMENT CHARACTER}"
"""Stands for an expression while what is around it is looked at."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COMPARED = re.compile(
    rf"(?:{_VALUE}|{_NUMBER.pattern})\s*(?P<sign>==|!=|<=|>=|<|>)"
    rf"\s*(?:{_VALUE}|{_NUMBER.pattern}|'[^']*'|\"[^\"]*\"|\w+)"
)
_ORDERS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


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

    Rendered, that is a text, which says nothing of whether it is so. What is only a sign between
    two values is compared (:func:`holds`).

    Raises:
        TemplateError: It is malformed.
    """
    said = text_between(expression) if is_template(expression) else expression
    is_plain = said.strip().casefold() in FALSY | _TRUTHY
    return not is_plain and _sign_in(expression) is None


def _sign_in(expression: str) -> str | None:
    """The sign that compares two values, where the braces are around each: ``{{ n }} > 3``."""
    if not is_template(expression):
        return None
    found = _COMPARED.fullmatch(text_between(expression, _VALUE).strip())
    return found["sign"] if found and _VALUE in found.group() else None


def holds(expression: str, value: Any) -> bool:
    """Whether a condition that is no statement is true.

    Args:
        expression: As the definition has it.
        value: What it gives.

    Raises:
        BlockError: It compares what has no order.
    """
    sign = _sign_in(expression)
    if sign is None:
        return is_true(value)
    left, right = (part.strip().strip("'\"") for part in str(value).split(sign, 1))
    if sign in ("==", "!="):
        numbers = (_number(left), _number(right))
        same = left == right or (None not in numbers and numbers[0] == numbers[1])
        return same is (sign == "==")
    one, other = _number(left), _number(right)
    if one is None or other is None:
        raise BlockError(f"{left!r} and {right!r} can't be compared by {sign!r}: one is no number")
    return _ORDERS[sign](one, other)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


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
    if fields.get("criteria_type") == "prompt" or not isinstance(expression, str):
        return fields.get("criteria_type") == "prompt"
    try:
        return is_statement(expression)
    except TemplateError:  # which is a finding of its own
        return False


def criteria_text(fields: Any, path: tuple[str | int, ...]) -> Iterator[BlockText]:
    """The expression of a condition, as a text that may refer to names.

    Args:
        fields: A ``Criteria``, or what a document has in its place.
        path: Where it stands in the block.
    """
    given = fields.model_dump() if isinstance(fields, Criteria) else fields
    if isinstance(given, Mapping) and isinstance(given.get("expression"), str):
        yield BlockText((*path, "expression"), given["expression"], may_be_key=False)
