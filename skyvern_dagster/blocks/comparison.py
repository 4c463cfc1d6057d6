"""A sign alone between two values: ``{{ total }} > 1000``, where the braces are around each."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import Decimal

from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.rendering import is_template, text_between

_VALUE = "\N{REPLACEMENT CHARACTER}"
"""Stands for an expression while what is around it is looked at."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COMPARISON = re.compile(
    rf"(?:{_VALUE}|{_NUMBER.pattern})\s*(?P<sign>==|!=|<=|>=|<|>)"
    rf"\s*(?:{_VALUE}|{_NUMBER.pattern}|'[^']*'|\"[^\"]*\"|\w+)"
)
_ORDERS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def sign_in(expression: str) -> str | None:
    """The sign by which an expression compares two values; ``None`` where it does anything else.

    Raises:
        TemplateError: It is malformed.
    """
    if not is_template(expression):
        return None
    found = _COMPARISON.fullmatch(text_between(expression, _VALUE).strip())
    return found["sign"] if found and _VALUE in found.group() else None


def compared(rendered: str, sign: str) -> bool:
    """Whether what an expression gives is so: ``12 > 3``.

    Raises:
        BlockError: One of both has no order, or holds the sign itself.
    """
    if rendered.count(sign) != 1:
        raise BlockError(f"{rendered!r} can't be compared: {sign!r} stands in one of its values")
    left, right = (part.strip().strip("'\"") for part in rendered.split(sign))
    one, other = _number(left), _number(right)
    if sign in ("==", "!="):
        same = left == right or (one is not None and one == other)
        return same is (sign == "==")
    if one is None or other is None:
        raise BlockError(f"{left!r} and {right!r} can't be compared by {sign!r}: one is no number")
    return _ORDERS[sign](one, other)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None
