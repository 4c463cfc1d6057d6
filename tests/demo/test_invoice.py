from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from io import BytesIO

import pytest
from pypdf import PdfReader

from skyvern_dagster.demo.orders import Order, all_orders
from skyvern_dagster.demo.shop.formats import amount, long_date

INVOICED = [order for order in all_orders() if order.has_invoice]


@pytest.mark.parametrize("order", INVOICED[::10], ids=lambda order: order.order_id)
def test_the_invoice_can_be_read_and_says_it_all(order: Order) -> None:
    reader = PdfReader(BytesIO(order.invoice_pdf()))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    for expected in (
        f"Invoice number: {order.invoice_number}",
        f"Order number: {order.order_id}",
        f"Order date: {long_date(order.order_date)}",
        f"Total: EUR {amount(order.total)}",
        f"VAT 23%: EUR {amount(order.vat)}",
        *(line.name for line in order.lines),
    ):
        assert expected in text


def test_no_two_invoices_are_equal() -> None:
    assert len({order.invoice_pdf() for order in INVOICED}) == len(INVOICED)


def test_the_bytes_are_the_same_in_another_process() -> None:
    code = (
        "import hashlib, sys\n"
        "from skyvern_dagster.demo.orders import all_orders\n"
        "pdfs = b''.join(o.invoice_pdf() for o in all_orders() if o.has_invoice)\n"
        "sys.stdout.write(hashlib.sha256(pdfs).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "11", "TZ": "America/Lima"}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, env=environment
    )
    here = b"".join(order.invoice_pdf() for order in INVOICED)
    assert other.stdout == sha256(here).hexdigest()
