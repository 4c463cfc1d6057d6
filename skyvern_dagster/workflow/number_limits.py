"""Numbers of blocks beyond what is possible here.

Skyvern takes any. More retries or steps than there can be are as many as there can be; none, or
less than none, of what must be at least one says nothing: the default counts. A port, or how long
is waited, is no matter of more or less, and stays an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path

_EXACT = frozenset({"custom_smtp_port", "sftp_port", "wait_sec"})
"""Fields of which another number is another thing."""


def within_limits(
    fields: dict[Any, Any],
    model: type[BaseModel],
    path: Path,
    document: Document,
    findings: list[Finding],
) -> dict[Any, Any]:
    """A block's fields with numbers that are possible; a warning for each that wasn't.

    Args:
        fields: As the definition gives them.
        model: The model of the block's type.
        path: Where the block stands.
        document: For places.
        findings: Get the warnings.
    """
    changed = dict(fields)
    for name, value in fields.items():
        field = _limited(model.model_fields, name)
        if field is None or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if (most := _highest(field)) is not None and value > most:
            changed[name] = most
            hint = f"it is taken as {most:g}, the most"
        elif _is_too_low(field, value):
            del changed[name]
            hint = "its default counts"
        else:
            continue
        message = f"{name!r} can't be {value:g} here"
        findings.append(document.finding((*path, name), message, hint, severity="warning"))
    return changed


def _limited(fields: Mapping[str, FieldInfo], name: Any) -> FieldInfo | None:
    field = fields.get(name) if isinstance(name, str) and name not in _EXACT else None
    return None if field is None or field.is_required() else field


def _highest(field: FieldInfo) -> int | float | None:
    return next((each.le for each in field.metadata if isinstance(each, Le)), None)  # type: ignore[return-value] # a number's


def _is_too_low(field: FieldInfo, value: float) -> bool:
    return any(
        (isinstance(each, Ge) and value < each.ge) or (isinstance(each, Gt) and value <= each.gt)  # type: ignore[operator] # likewise
        for each in field.metadata
    )
