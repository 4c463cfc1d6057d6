"""Records as Parquet files, read back with pyarrow."""

from __future__ import annotations

import io
from typing import Any

import pyarrow.parquet  # type: ignore[import-untyped] # no stubs
import pytest

from skyvern_dagster.blocks.data_export import DataExportBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.execution.attempt import carried_out
from tests.blocks.desk import Desk

ORDER = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "total": {"type": "number"},
        "count": {"type": "integer"},
        "paid": {"type": ["boolean", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "address": {"type": "object"},
    },
}


def exported(desk: Desk, data: Any, schema: Any = ORDER, **fields: Any) -> BlockOutcome:
    desk.names = {"orders": data, "month": "May 2026"}
    given = {"block_type": "data_export", "label": "out", "data": "{{ orders }}", **fields}
    block = DataExportBlock.model_validate({**given, "data_schema": schema})
    return carried_out(block, desk.context("out"))


def rows(desk: Desk, outcome: BlockOutcome) -> list[dict[str, Any]]:
    (file,) = outcome.files
    content = desk.store.read(file.key)
    read: list[dict[str, Any]] = pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
    return read


@pytest.mark.parametrize("schema", [ORDER, {"type": "array", "items": ORDER},
                                    {"properties": {"orders": {"items": ORDER}}}])  # fmt: skip
def test_records_keep_their_types(desk: Desk, schema: Any) -> None:
    data = [
        {"id": "A", "total": 12.5, "count": 2, "paid": True, "tags": ["x"], "address": {"zip": 1}},
        {"id": 7, "total": 3, "count": 1.0, "paid": None, "more": 1},
    ]
    outcome = exported(desk, data, schema, file_name="orders {{ month }}")
    assert outcome.output["filename"] == "orders May 2026.parquet"
    assert outcome.output["rows"] == 2
    assert outcome.output["columns"] == list(ORDER["properties"])
    assert rows(desk, outcome) == [
        {"id": "A", "total": 12.5, "count": 2, "paid": True, "tags": ["x"],
         "address": '{"zip": 1}'},
        {"id": "7", "total": 3.0, "count": 1, "paid": None, "tags": None, "address": None},
    ]  # fmt: skip
    assert desk.lines[-1] == "left out, since the schema doesn't name them: more"


@pytest.mark.parametrize("data", [[], {"orders": []}, "[]"])
def test_no_records_are_a_file_without_rows(desk: Desk, data: Any) -> None:
    outcome = exported(desk, data)
    assert (outcome.status, rows(desk, outcome)) == ("completed", [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([{"total": "12.50"}], "record 1: 'total' is a text, and data_schema says number"),
        ([{}, {"count": 1.5}], "record 2: 'count' is 1.5, and data_schema says integer"),
        ([{"paid": 1}], "record 1: 'paid' is 1, and data_schema says boolean"),
        ([5], "record 1 of data is 5, not an object"),
        (None, "data gives nothing, not a list of records"),
        ("a, b", "data is neither a list nor JSON text"),
    ],
)
def test_what_does_not_fit(desk: Desk, data: Any, reason: str) -> None:
    outcome = exported(desk, data)
    assert outcome.status == "failed"
    assert reason in str(outcome.failure_reason)
