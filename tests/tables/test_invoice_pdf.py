"""Reading an invoice's fields."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from skyvern_dagster.demo.orders import Order, all_orders
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.tables.invoice_pdf import invoice_fields, read_invoice

GERMAN = """Rechnungsnummer: RE-2024/117
Rechnungsdatum: 03.05.2024
Zwischensumme 1.000,00 €
MwSt. 119,00 €
Gesamtbetrag 1.119,00 €"""
FRENCH = """Facture n° F2024-88
Date de facturation : 12/03/2024
Total HT 80,00 €
Total TTC 96,00 €"""
AMERICAN = """INVOICE
Invoice No. 10-442
Invoice Date
2024-02-29
Subtotal $ 10.00
Tax $ 1.00
Total due: $11.00"""
PLAIN_TOTAL = """Invoice number: A1
Date of issue: 1 June 2024
Currency: GBP
Amount due 12.50"""


@pytest.mark.parametrize("order", [o for o in all_orders() if o.has_invoice][::7], ids=str)
def test_invoices_of_the_demo_shop(order: Order) -> None:
    fields = read_invoice(order.invoice_pdf())

    assert fields.number == order.invoice_number
    assert fields.date == order.invoice_date
    assert fields.order_number == order.order_id
    assert fields.currency == "EUR"
    assert fields.total == order.total


@pytest.mark.parametrize(
    ("text", "number", "day", "currency", "total"),
    [
        (GERMAN, "RE-2024/117", date(2024, 5, 3), "EUR", Decimal("1119.00")),
        (FRENCH, "F2024-88", date(2024, 3, 12), "EUR", Decimal("96.00")),
        (AMERICAN, "10-442", date(2024, 2, 29), "USD", Decimal("11.00")),
        (PLAIN_TOTAL, "A1", date(2024, 6, 1), "GBP", Decimal("12.50")),
        ("Thank you for your visit.", None, None, None, None),
        ("", None, None, None, None),
    ],
    ids=["de", "fr", "us", "plain-total", "none", "empty"],
)
def test_texts(
    text: str, number: str | None, day: date | None, currency: str | None, total: Decimal | None
) -> None:
    fields = invoice_fields(text)

    found = (fields.number, fields.date, fields.currency, fields.total)
    assert found == (number, day, currency, total)


@pytest.mark.parametrize("content", [b"", b"<html>Log in</html>", b"%PDF-1.7\nnonsense"])
def test_what_is_no_pdf(content: bytes) -> None:
    with pytest.raises(ArtifactError, match="PDF"):
        read_invoice(content)
