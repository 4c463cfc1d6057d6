"""The table of invoices, its checks, and the spend by vendor and month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.demo.orders import Order, all_orders
from skyvern_dagster.execution.result import WorkflowFile, WorkflowItem, WorkflowResult
from skyvern_dagster.tables.invoice_checks import CHECKS
from skyvern_dagster.tables.invoice_frame import COLUMNS, invoices_frame
from skyvern_dagster.tables.spend import spend_by_vendor_month, spend_plot

DTYPES = {"order_id": "string", "order_total": "Float64"}


class Desk:
    """Makes results as runs leave them, with the PDFs in a store."""

    def __init__(self, folder: Path) -> None:
        self.store = ArtifactStore(folder)
        self.items: list[WorkflowItem] = []

    def add(self, order: Order, content: bytes | None = None, **changes: Any) -> None:
        pdf = order.invoice_pdf() if content is None else content
        key = f"downloads/{len(self.items)}.pdf"
        self.store.write(key, pdf)
        file = StoredFile(
            key=key, filename=f"{order.invoice_number}.pdf", content_type="application/pdf",
            size=len(pdf), sha256=f"{hash(pdf):x}",
        )  # fmt: skip
        item = WorkflowItem(
            key=order.order_id,
            value={"order_id": order.order_id, "order_total": float(order.total)},
            loop="orders",
            iteration=str(len(self.items)),
            status="completed",
            files=(WorkflowFile(file=file, uri=f"s3://b/{key}"),),
        )
        self.items.append(item.model_copy(update=changes))

    def frame(self, vendor: str = "Larkfield") -> pd.DataFrame:
        result = WorkflowResult(
            workflow="w", workflow_run_id="wr_1", parameters={"vendor": vendor},
            items=tuple(self.items),
        )  # fmt: skip
        return invoices_frame([result], self.store, dtypes=DTYPES)


ORDERS = [order for order in all_orders() if order.has_invoice][:6]
OTHER = all_orders()[9]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    for order in ORDERS:
        made.add(order)
    return made


def outcomes(frame: pd.DataFrame) -> dict[str, bool]:
    return {name: bool(check(frame).passed) for name, check in CHECKS.items()}


def test_the_table(desk: Desk) -> None:
    frame = desk.frame()

    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {**DTYPES, **COLUMNS}
    assert list(frame["invoice_number"]) == [order.invoice_number for order in ORDERS]
    assert list(frame["total"]) == [float(order.total) for order in ORDERS]
    assert set(frame["problem"].isna()) == {True}
    assert set(outcomes(frame).values()) == {True}


def test_no_results_give_an_empty_table_with_its_types(tmp_path: Path) -> None:
    frame = invoices_frame([], ArtifactStore(tmp_path), dtypes=DTYPES)

    assert len(frame) == 0
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {**DTYPES, **COLUMNS}
    assert spend_by_vendor_month(frame).empty
    assert "data:image/png" in spend_plot(spend_by_vendor_month(frame))


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (lambda d: d.add(ORDERS[0], b"<html>Log in</html>", key="x"), "every_file_is_its_invoice"),
        (lambda d: d.add(OTHER, ORDERS[0].invoice_pdf()), "every_file_is_its_invoice"),
        (lambda d: d.add(OTHER, files=(), status="failed"), "every_item_has_an_invoice"),
        (lambda d: d.add(ORDERS[0]), "no_duplicates"),
        (lambda d: d.add(OTHER, value={"order_total": 1.0}), "totals_agree"),
    ],
    ids=["no-pdf", "of-another-order", "missing", "twice", "other-total"],
)  # fmt: skip
def test_each_check_can_fail(desk: Desk, spoil: Any, broken: str) -> None:
    spoil(desk)

    assert not outcomes(desk.frame())[broken]


def test_an_order_that_has_no_invoice_yet_is_no_mistake(desk: Desk) -> None:
    desk.add(all_orders()[0], b"", files=(), status="terminated", failure_reason="no invoice")

    assert outcomes(desk.frame())["every_item_has_an_invoice"]


def test_totals_need_something_to_be_compared_with(desk: Desk) -> None:
    result = CHECKS["totals_agree"](desk.frame().drop(columns=["order_total"]))

    assert not result.passed
    assert "no field 'order_total'" in (result.description or "")


def test_spend(desk: Desk) -> None:
    desk.add(ORDERS[0])  # counts once
    spend = spend_by_vendor_month(desk.frame())

    expected: dict[str, float] = {}
    for order in ORDERS:
        month = f"{order.invoice_date:%Y-%m}"
        expected[month] = round(expected.get(month, 0) + float(order.total), 2)
    months = spend["month"].dt.strftime("%Y-%m")
    assert dict(zip(months, spend["total"], strict=True)) == pytest.approx(expected)
    assert set(spend["vendor"]) == {"Larkfield"}
    assert spend["invoices"].sum() == len(ORDERS)
    assert spend_plot(spend).startswith("![spend by vendor and month](data:image/png;base64,")
