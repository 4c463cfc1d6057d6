from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from skyvern_dagster.demo.orders import START_DATE, InvoiceDelivery, Order, all_orders
from skyvern_dagster.demo.shop.formats import amount, long_date, money
from skyvern_dagster.errors import SkyvernDagsterError

SINCE = [order for order in all_orders() if order.order_date >= START_DATE]
BEFORE = [order for order in all_orders() if order.order_date < START_DATE]


def test_both_sides_of_the_start_date_are_well_filled() -> None:
    assert len(SINCE) >= 25
    assert len(BEFORE) >= 25
    assert min(order.order_date for order in SINCE) == START_DATE
    assert max(order.order_date for order in BEFORE) == date(2024, 4, 14)


def test_newest_come_first_and_numbers_are_unique() -> None:
    dates = [order.order_date for order in all_orders()]
    assert dates == sorted(dates, reverse=True)
    assert len({order.order_id for order in all_orders()}) == len(dates)
    numbers = [order.invoice_number for order in all_orders() if order.has_invoice]
    assert len(set(numbers)) == len(numbers) == len(dates) - 1


@pytest.mark.parametrize(
    "odd",
    [
        InvoiceDelivery.NONE,
        InvoiceDelivery.VIEWER,
        InvoiceDelivery.SLOW,
        InvoiceDelivery.FLAKY_PAGE,
    ],
)
def test_each_oddity_occurs_once_and_only_since_the_start_date(odd: InvoiceDelivery) -> None:
    assert [order.delivery for order in SINCE].count(odd) == 1
    assert [order.delivery for order in BEFORE].count(odd) == 0


def test_ordinary_invoices_come_from_rows_and_from_order_pages() -> None:
    kinds = Counter(order.delivery for order in SINCE)
    assert kinds[InvoiceDelivery.ROW] >= 5
    assert kinds[InvoiceDelivery.ORDER_PAGE] >= 5


@pytest.mark.parametrize("order", all_orders(), ids=lambda order: order.order_id)
def test_amounts_add_up(order: Order) -> None:
    net = sum((line.quantity * line.unit_price for line in order.lines), Decimal(0))
    net += order.shipping
    assert order.total - order.vat == net
    assert abs(order.vat - net * Decimal("0.23")) <= Decimal("0.005")
    assert order.total == round(order.total, 2) > 0


def test_the_data_is_the_same_in_another_process() -> None:
    code = (
        "from skyvern_dagster.demo.orders import all_orders\n"
        "import sys; sys.stdout.write(repr(all_orders()))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, env=environment
    )
    assert other.stdout == repr(all_orders())


def test_an_order_without_invoice_has_no_pdf() -> None:
    order = next(order for order in SINCE if not order.has_invoice)
    with pytest.raises(SkyvernDagsterError, match=order.order_id):
        order.invoice_pdf()


@pytest.mark.parametrize(
    ("day", "written"),
    [(date(2024, 5, 3), "May 3, 2024"), (date(2023, 12, 31), "December 31, 2023")],
)
def test_dates_are_written_for_people(day: date, written: str) -> None:
    assert long_date(day) == written


def test_money_is_written_with_separators() -> None:
    assert amount(Decimal("1234.5")) == "1,234.50"
    assert money(Decimal("1234.5")) == "€1,234.50"
    assert money(Decimal(3), "SEK") == "SEK 3.00"
