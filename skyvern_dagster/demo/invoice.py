"""An order's invoice as a PDF: the same bytes every time."""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import lru_cache

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import FontFace

from skyvern_dagster.demo.accounts import CUSTOMER
from skyvern_dagster.demo.orders import VAT_PERCENT, Order
from skyvern_dagster.demo.shop.formats import amount, long_date
from skyvern_dagster.demo.shop.seller import SELLER

_GREEN = (31, 77, 63)
_GREY = (96, 105, 102)
_INK = (32, 38, 36)


@lru_cache(maxsize=256)
def render_invoice(order: Order, invoice_number: str) -> bytes:
    """Draws the invoice of an order.

    The creation date is the invoice date, and the file id follows from the content, so that two
    servers hand out equal bytes.
    """
    pdf = FPDF(format="A4", unit="mm")
    pdf.set_margin(20)
    pdf.set_creation_date(datetime.combine(order.invoice_date, time(9), tzinfo=UTC))
    pdf.set_title(f"Invoice {invoice_number}")
    pdf.set_author(SELLER.legal_name)
    pdf.set_lang("en")
    pdf.add_page()
    _letterhead(pdf)
    _facts(pdf, order, invoice_number)
    _lines(pdf, order)
    _totals(pdf, order)
    _closing(pdf, invoice_number)
    return bytes(pdf.output())


def _write(
    pdf: FPDF, text: str, *, size: float = 10, style: str = "", align: Align = Align.L
) -> None:
    pdf.set_font("Helvetica", style="B" if style == "B" else "", size=size)
    pdf.cell(0, size * 0.52, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _letterhead(pdf: FPDF) -> None:
    pdf.set_text_color(*_GREEN)
    _write(pdf, SELLER.name, size=18, style="B")
    pdf.set_text_color(*_GREY)
    _write(pdf, " - ".join((SELLER.legal_name, *SELLER.address)), size=8.5)
    _write(pdf, f"VAT number {SELLER.vat_number} - {SELLER.billing_email}", size=8.5)
    pdf.set_draw_color(*_GREEN)
    pdf.line(20, pdf.get_y() + 3, 190, pdf.get_y() + 3)
    pdf.ln(12)


def _facts(pdf: FPDF, order: Order, invoice_number: str) -> None:
    pdf.set_text_color(*_INK)
    _write(pdf, "Invoice", size=20, style="B")
    pdf.ln(3)
    top = pdf.get_y()
    _write(pdf, "Billed to", style="B")
    for line in (CUSTOMER.name, *CUSTOMER.address, f"VAT number {CUSTOMER.vat_number}"):
        _write(pdf, line)
    bottom = pdf.get_y()
    pdf.set_y(top)
    for label, value in (
        ("Invoice number", invoice_number),
        ("Invoice date", long_date(order.invoice_date)),
        ("Order number", order.order_id),
        ("Order date", long_date(order.order_date)),
        ("Customer number", CUSTOMER.customer_number),
        ("Currency", order.currency),
    ):
        _write(pdf, f"{label}: {value}", align=Align.R)
    pdf.set_y(max(bottom, pdf.get_y()) + 8)


def _lines(pdf: FPDF, order: Order) -> None:
    pdf.set_font("Helvetica", size=10)
    pdf.set_draw_color(*_GREY)
    heading = FontFace(emphasis="BOLD", fill_color=(233, 239, 236))
    with pdf.table(
        col_widths=(88, 18, 32, 32),
        text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        headings_style=heading,
        line_height=7,
    ) as table:
        table.row(("Article", "Quantity", "Unit price", "Amount"))
        for line in order.lines:
            table.row((line.name, str(line.quantity), amount(line.unit_price), amount(line.amount)))
    pdf.ln(4)


def _totals(pdf: FPDF, order: Order) -> None:
    for label, value in (
        ("Subtotal", order.subtotal),
        ("Shipping", order.shipping),
        (f"VAT {VAT_PERCENT}%", order.vat),
    ):
        _write(pdf, f"{label}: {order.currency} {amount(value)}", align=Align.R)
    _write(pdf, f"Total: {order.currency} {amount(order.total)}", style="B", align=Align.R)


def _closing(pdf: FPDF, invoice_number: str) -> None:
    pdf.ln(10)
    pdf.set_text_color(*_GREY)
    _write(
        pdf, f"Paid by company account. Please quote {invoice_number} when you write to us.", size=9
    )
    _write(pdf, "Thank you for your order.", size=9)
