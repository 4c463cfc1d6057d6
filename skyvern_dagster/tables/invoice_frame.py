"""The invoices of workflow results as a table: one row per item of a loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from skyvern_dagster.addresses.site import host_of
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.execution.result import WorkflowItem, WorkflowResult
from skyvern_dagster.tables.invoice_pdf import InvoiceFields, read_invoice

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, str] = {
    "item": "string",
    "status": "string",
    "failure_reason": "string",
    "vendor": "string",
    "partition": "string",
    "file": "string",
    "size": "Int64",
    "sha256": "string",
    "s3_uri": "string",
    "invoice_number": "string",
    "invoice_date": "datetime64[ns]",
    "order_number": "string",
    "currency": "string",
    "total": "Float64",
    "problem": "string",
    "workflow_run_id": "string",
}
"""The columns that every table of invoices has -> pandas dtype; fields of the items come first."""


def invoices_frame(
    results: Iterable[WorkflowResult],
    store: ArtifactStore,
    *,
    dtypes: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row per item, with the fields of its PDF.

    Args:
        store: Where the downloads lie.
        dtypes: Types of the items' own fields, see
            :func:`~skyvern_dagster.tables.data_schema.dtypes_of`; they become columns.

    Returns:
        ``len(items)`` rows; ``problem`` says what could not be read of a PDF.
    """
    import pandas as pd

    own = {name: kind for name, kind in (dtypes or {}).items() if name not in COLUMNS}
    rows = [_row(item, result, store, own) for result in results for item in result.items]
    columns = {**own, **COLUMNS}
    frame = pd.DataFrame(rows, columns=list(columns))
    for name, kind in columns.items():
        frame[name] = _typed(frame[name], kind)
    return frame


def _typed(column: pd.Series[Any], kind: str) -> pd.Series[Any]:
    """What doesn't fit its type is missing: a portal's table is not a contract."""
    import pandas as pd

    if kind.startswith("datetime"):
        return pd.to_datetime(column, errors="coerce", format="ISO8601").astype(kind)
    if kind in ("Int64", "Float64"):
        return pd.to_numeric(column, errors="coerce").astype(kind)
    return column.astype(kind)


def _row(
    item: WorkflowItem, result: WorkflowResult, store: ArtifactStore, own: Mapping[str, str]
) -> dict[str, Any]:
    value = item.value if isinstance(item.value, dict) else {}
    row: dict[str, Any] = {name: value.get(name) for name in own}
    row |= {
        "item": item.key,
        "status": item.status,
        "failure_reason": item.failure_reason,
        "vendor": vendor_of(result),
        "partition": item.partition or None,
        "workflow_run_id": result.workflow_run_id,
    }
    if item.files:
        first = item.files[0]
        row |= {
            "file": first.file.filename,
            "size": first.file.size,
            "sha256": first.file.sha256,
            "s3_uri": first.uri,
        }
        row |= _pdf_fields(first.file.key, store)
    return row


def vendor_of(result: WorkflowResult) -> str:
    """Who the invoices are from: the parameter ``vendor``, else the host of the first address."""
    named = result.parameters.get("vendor")
    if isinstance(named, str) and named:
        return named
    for value in result.parameters.values():
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            return host_of(value) or value
    return result.workflow


def _pdf_fields(key: str, store: ArtifactStore) -> dict[str, Any]:
    try:
        fields = read_invoice(store.read(key))
    except ArtifactError as error:
        return {"problem": str(error)}
    return {
        "invoice_number": fields.number,
        "invoice_date": fields.date.isoformat() if fields.date else None,
        "order_number": fields.order_number,
        "currency": fields.currency,
        "total": None if fields.total is None else float(fields.total),
        "problem": _problem(fields),
    }


def _problem(fields: InvoiceFields) -> str | None:
    if not fields.text.strip():
        return "the PDF has no text (a scan?)"
    missing = [
        name
        for name, value in (
            ("number", fields.number),
            ("date", fields.date),
            ("currency", fields.currency),
            ("total", fields.total),
        )
        if value is None
    ]
    return f"not found in the PDF: {', '.join(missing)}" if missing else None
