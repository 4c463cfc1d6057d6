"""Records as a Parquet file, with the columns and types of a JSON Schema."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skyvern_dagster.errors import BlockError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped] # no stubs


@dataclass(frozen=True)
class ParquetFile:
    """The file, and what is in it.

    Attributes:
        left_out: Fields of the records that the schema doesn't name.
    """

    content: bytes
    rows: int
    columns: list[str]
    left_out: list[str]


def parquet_file(data: Any, schema: Mapping[str, Any]) -> ParquetFile:
    """Writes records.

    Args:
        data: A list of objects, one object, an object that holds one list, or JSON text of these.
        schema: JSON Schema of one record, of the list, or of the object that holds it.

    Raises:
        BlockError: There are no records, or they don't fit the schema.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise BlockError("Parquet files need: pip install 'skyvern-dagster[tables]'") from error
    records = _records(data)
    properties = _properties(schema) or {name: {} for each in records for name in each}
    if not properties:
        raise BlockError("data_schema names no columns, and there are no records that do")
    columns = {name: _type(pa, each) for name, each in properties.items()}
    rows = [
        {name: _cell(each, name, properties[name], number) for name in columns}
        for number, each in enumerate(records, start=1)
    ]
    try:
        table = pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items())))
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise BlockError(f"data doesn't fit data_schema: {error}") from error
    written = io.BytesIO()
    parquet.write_table(table, written)
    left_out = sorted({name for each in records for name in each} - columns.keys())
    return ParquetFile(written.getvalue(), len(rows), list(columns), left_out)


def _records(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError as error:
            raise BlockError(f"data is neither a list nor JSON text: {error}") from error
    if isinstance(data, dict):
        lists = [each for each in data.values() if isinstance(each, list)]
        data = lists[0] if len(lists) == 1 and len(data) == 1 else [data]
    if not isinstance(data, list):
        raise BlockError(f"data gives {_kind(data)}, not a list of records")
    wrong = next((n for n, each in enumerate(data, start=1) if not isinstance(each, dict)), None)
    if wrong is not None:
        raise BlockError(f"record {wrong} of data is {_kind(data[wrong - 1])}, not an object")
    return data


def _properties(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The columns: of a record's schema, a list's, or that of an object with one list."""
    items = schema.get("items")
    if isinstance(items, dict):
        return _properties(items)
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    if len(properties) == 1:
        (only,) = properties.values()
        if isinstance(only, dict) and isinstance(only.get("items"), dict):
            return _properties(only)
    return {str(name): each if isinstance(each, dict) else {} for name, each in properties.items()}


def _type(pa: Any, schema: Mapping[str, Any]) -> pa.DataType:
    """The column's type; what isn't a plain value is kept as JSON text."""
    match _word(schema):
        case "integer":
            return pa.int64()
        case "number":
            return pa.float64()
        case "boolean":
            return pa.bool_()
        case "array" if (item := _word(schema.get("items") or {})) in _PLAIN:
            return pa.list_(_type(pa, {"type": item}))
        case _:
            return pa.string()


_PLAIN = ("string", "integer", "number", "boolean")


def _word(schema: Any) -> str:
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if isinstance(kind, Sequence) and not isinstance(kind, str):
        kind = next((each for each in kind if each != "null"), "")
    return kind if isinstance(kind, str) else ""


def _cell(record: Mapping[str, Any], name: str, schema: Mapping[str, Any], number: int) -> Any:
    """A value as its column takes it.

    Raises:
        BlockError: It is of another type than the schema says.
    """
    value, kind = record.get(name), _word(schema)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        "integer": is_number and float(value).is_integer(),
        "number": is_number,
        "boolean": isinstance(value, bool),
        "array": isinstance(value, list),
    }
    if not fits.get(kind, True):
        raise BlockError(
            f"record {number}: {name!r} is {_kind(value)}, and data_schema says {kind}"
        )
    if kind == "integer":
        return int(value)
    if kind == "array" and _word(schema.get("items") or {}) in _PLAIN:
        return value
    is_plain = kind in ("number", "boolean") or isinstance(value, str)
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str:
    names = {"str": "a text", "dict": "an object", "list": "a list", "NoneType": "nothing"}
    return names.get(type(value).__name__, f"{value!r}"[:80])
