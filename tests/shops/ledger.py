"""Order books of the shops, written as small text tables, with an invoice PDF for each order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from fpdf import FPDF

from tests.shops.portal import PortalOrder


def ledger(seller: str, heading: str, currency: str, table: str) -> tuple[PortalOrder, ...]:
    """Reads lines of ``id date total``; a trailing ``-`` marks an order without an invoice."""
    rows = [line.split() for line in table.strip().splitlines()]
    orders = [_order(seller, heading, currency, row) for row in rows]
    return tuple(sorted(orders, key=lambda order: order.order_date, reverse=True))


def _order(seller: str, heading: str, currency: str, row: list[str]) -> PortalOrder:
    order_id, day, total = row[0], date.fromisoformat(row[1]), Decimal(row[2])
    has_invoice = len(row) == 3
    lines = [seller, f"{heading} {order_id}", day.isoformat(), f"{total} {currency}"]
    return PortalOrder(order_id, day, total, has_invoice, paper(lines, day) if has_invoice else b"")


def paper(lines: list[str], day: date) -> bytes:
    """A one-page PDF with these lines; the same input always gives the same bytes."""
    pdf = FPDF()
    pdf.set_creation_date(datetime.combine(day, time(9), tzinfo=UTC))
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    for line in lines:
        pdf.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())
