"""From a task's ``data_schema`` to pandas types and Dagster's column schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow

_DTYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[ns]",
    "date-time": "datetime64[ns]",
    "iso-8601-formatted-date": "datetime64[ns]",
    "url": "string",
    "email": "string",
}
_COLUMN_TYPES = {
    "Int64": "int",
    "Float64": "float",
    "boolean": "bool",
    "datetime64[ns]": "datetime",
    "string": "string",
    "object": "json",
}


def row_schema(data_schema: Any) -> Mapping[str, Any]:
    """The properties of a row: of the items of the schema's first list of objects, else its own."""
    if not isinstance(data_schema, Mapping):
        return {}
    if data_schema.get("type") == "array":
        return row_schema(data_schema.get("items"))
    properties = data_schema.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    for value in properties.values():
        if isinstance(value, Mapping) and value.get("type") == "array":
            inner = row_schema(value)
            if inner:
                return inner
    return properties


def dtypes_of(data_schema: Any) -> dict[str, str]:
    """Column -> pandas dtype, every one of them able to hold a missing value.

    Example:
        >>> dtypes_of({"type": "object", "properties": {"n": {"type": "integer"}}})
        {'n': 'Int64'}
    """
    return {str(name): _dtype(value) for name, value in row_schema(data_schema).items()}


def column_schema_of(data_schema: Any, *, extra: Mapping[str, str] | None = None) -> dg.TableSchema:
    """Dagster's column schema, with the descriptions of the ``data_schema``.

    Args:
        extra: Further columns with their pandas dtypes.
    """
    rows = row_schema(data_schema)
    columns = [
        dg.TableColumn(name, _COLUMN_TYPES[dtype], description=_description(rows[name]))
        for name, dtype in dtypes_of(data_schema).items()
    ]
    known = {column.name for column in columns}
    columns += [
        dg.TableColumn(name, _COLUMN_TYPES.get(dtype, dtype))
        for name, dtype in (extra or {}).items()
        if name not in known
    ]
    return dg.TableSchema(columns)


def column_lineage(columns: Mapping[str, Any], upstream: dg.AssetKey) -> dg.TableColumnLineage:
    """Every column comes from the one of its name in the asset above."""
    return dg.TableColumnLineage(
        {name: [dg.TableColumnDep(asset_key=upstream, column_name=name)] for name in columns}
    )


def item_schema(workflow: Workflow) -> Any:
    """The ``data_schema`` of the workflow's first task that has one with rows."""
    return next(iter(_schemas(workflow)), None)


def _schemas(workflow: Workflow) -> Iterator[Any]:
    for block in walk(workflow.definition.blocks):
        schema = getattr(block, "data_schema", None)
        if row_schema(schema):
            yield schema


def _dtype(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "string"
    kind = value.get("type", "string")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "string")
    if kind in ("object", "array"):
        return "object"
    return _DTYPES.get(str(value.get("format", "")), _DTYPES.get(str(kind), "string"))


def _description(value: Any) -> str | None:
    return value.get("description") if isinstance(value, Mapping) else None
