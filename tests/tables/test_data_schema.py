"""From a ``data_schema`` to column types."""

from __future__ import annotations

import dagster as dg
import pytest

from skyvern_dagster import load_workflow
from skyvern_dagster.tables.data_schema import column_schema_of, dtypes_of, item_schema
from tests.office import ROOT

ROW = {"type": "object", "properties": {"id": {"type": "string"}, "n": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "dtypes"),
    [
        (ROW, {"id": "string", "n": "Int64"}),
        ({"type": "array", "items": ROW}, {"id": "string", "n": "Int64"}),
        (
            {"type": "object", "properties": {"url": {}, "rows": {"type": "array", "items": ROW}}},
            {"id": "string", "n": "Int64"},
        ),
        (
            {"properties": {"d": {"type": "string", "format": "date"}, "x": {"type": "number"}}},
            {"d": "datetime64[ns]", "x": "Float64"},
        ),
        ({"properties": {"n": {"type": ["null", "boolean"]}}}, {"n": "boolean"}),
        ({"properties": {"n": {"type": "object"}, "s": "text"}}, {"n": "object", "s": "string"}),
        ("free text", {}),
        (None, {}),
    ],
)  # fmt: skip
def test_dtypes(schema: object, dtypes: dict[str, str]) -> None:
    assert dtypes_of(schema) == dtypes


def test_columns_of_a_workflow() -> None:
    made = load_workflow(ROOT / "workflows" / "monthly_invoices.yaml")

    schema = column_schema_of(item_schema(made), extra={"order_id": "Int64", "file": "string"})

    assert schema.columns == [
        dg.TableColumn("order_date", "datetime", "Day on which the order was placed."),
        dg.TableColumn("order_id", "string", "Id of the order."),
        dg.TableColumn("order_total", "float", "Total of the order."),
        dg.TableColumn("file", "string"),
    ]
