"""The demo customer's orders: fixed data, spun from a rule so that it reads like real life.

The same on every machine and in every run: nothing here looks at the clock or at chance.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache

from skyvern_dagster.demo.catalog import PRODUCTS
from skyvern_dagster.errors import SkyvernDagsterError

_DEAR = 100
"""Euros from which an article is ordered by the piece or two."""

START_DATE = date(2024, 4, 15)
"""Arbitrary: where the demo's retrieval begins, with orders on both sides and on the day itself."""

CURRENCY = "EUR"
VAT_PERCENT = 23
"""Ireland's standard rate: the seller sits there."""

_ORDERS_EACH_SIDE = 26
"""With ten on a page, the start date lies within the third of six pages: neither at a page's end
nor on the first or the last."""

_FREE_SHIPPING_FROM = Decimal(250)
"""Arbitrary: some orders lie above it and some below."""

_SHIPPING = Decimal("9.50")
_CENT = Decimal("0.01")
_FIRST_ORDER_NUMBER = 48017
"""Arbitrary, as the next one; of another length, so that no order's number is an invoice's."""

_FIRST_INVOICE_NUMBER = 311
"""Arbitrary: a shop that has sold before."""


class InvoiceDelivery(StrEnum):
    """How the shop hands out an order's invoice."""

    ORDER_PAGE = "order_page"
    """An attachment, linked on the order's page."""

    ROW = "row"
    """An attachment, linked on the order's page and in its row of the order history."""

    VIEWER = "viewer"
    """Shown by the browser in a new tab."""

    SLOW = "slow"
    """An attachment that takes its time."""

    FLAKY_PAGE = "flaky_page"
    """An attachment on an order page that fails the first time it is asked for."""

    NONE = "none"
    """There is no invoice (yet)."""


@dataclass(frozen=True)
class OrderLine:
    """One article of an order."""

    name: str
    quantity: int
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Price of the line without VAT."""
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Order:
    """One order, with all that its page and its invoice say."""

    order_id: str
    order_date: date
    status: str
    lines: tuple[OrderLine, ...]
    delivery: InvoiceDelivery
    invoice_number: str | None
    currency: str = CURRENCY

    @property
    def has_invoice(self) -> bool:
        """Whether the shop has an invoice for this order."""
        return self.invoice_number is not None

    @property
    def invoice_date(self) -> date:
        """Day on which the invoice was issued."""
        return self.order_date + timedelta(days=1)

    @property
    def item_count(self) -> int:
        """Pieces in the order."""
        return sum(line.quantity for line in self.lines)

    @property
    def subtotal(self) -> Decimal:
        """Sum of the lines without VAT."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def shipping(self) -> Decimal:
        """Shipping without VAT; free for larger orders."""
        return Decimal(0) if self.subtotal >= _FREE_SHIPPING_FROM else _SHIPPING

    @property
    def vat(self) -> Decimal:
        """VAT on goods and shipping."""
        taxed = (self.subtotal + self.shipping) * VAT_PERCENT / 100
        return taxed.quantize(_CENT, rounding=ROUND_HALF_UP)

    @property
    def total(self) -> Decimal:
        """What the customer pays."""
        return self.subtotal + self.shipping + self.vat

    def invoice_pdf(self) -> bytes:
        """The exact bytes of the invoice that the shop hands out.

        Raises:
            SkyvernDagsterError: The order has no invoice.
        """
        # fpdf2 belongs to the `demo` extra; the order data is of use without it.
        from skyvern_dagster.demo.invoice import render_invoice

        if self.invoice_number is None:
            raise SkyvernDagsterError(
                f"Order {self.order_id} of the demo shop has no invoice; check `has_invoice` first."
            )
        return render_invoice(self, self.invoice_number)


def _pick(index: int, what: str, choices: int) -> int:
    """A number below ``choices`` that looks arbitrary and never changes."""
    digest = hashlib.sha256(f"{what}:{index}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % choices


def _dates() -> list[date]:
    """Order dates, oldest first; both sides of the start date, with the day itself and a tie."""
    before = [START_DATE - timedelta(days=1)]
    while len(before) < _ORDERS_EACH_SIDE:
        before.append(before[-1] - timedelta(days=5 + _pick(len(before), "gap-before", 12)))
    since = [START_DATE, START_DATE]
    while len(since) < _ORDERS_EACH_SIDE:
        since.append(since[-1] + timedelta(days=4 + _pick(len(since), "gap-since", 9)))
    return before[::-1] + since


def _lines(index: int) -> tuple[OrderLine, ...]:
    first = _pick(index, "product", len(PRODUCTS))
    lines = []
    for offset in range(1 + _pick(index, "lines", 3)):
        product = PRODUCTS[(first + offset * 3) % len(PRODUCTS)]
        most = 3 if product.price > _DEAR else 8
        quantity = 1 + _pick(index * 10 + offset, "quantity", most)
        lines.append(OrderLine(product.name, quantity, product.price))
    return tuple(lines)


# Positions among the orders on or after the start date, oldest first. The newest has not been
# invoiced yet; the odd ones are spread over the pages of the order history.
_SPECIAL = {
    _ORDERS_EACH_SIDE - 1: InvoiceDelivery.NONE,
    20: InvoiceDelivery.VIEWER,
    13: InvoiceDelivery.SLOW,
    7: InvoiceDelivery.FLAKY_PAGE,
}


def _delivery(index: int) -> InvoiceDelivery:
    usual = InvoiceDelivery.ROW if _pick(index, "row", 2) else InvoiceDelivery.ORDER_PAGE
    return _SPECIAL.get(index - _ORDERS_EACH_SIDE, usual)


def _status(index: int, last: int) -> str:
    if index == last:
        return "Processing"
    if index >= last - 2:
        return "Shipped"
    return "Returned" if _pick(index, "returned", 14) == 0 else "Delivered"


@lru_cache(maxsize=1)
def all_orders() -> tuple[Order, ...]:
    """Every order of the customer, newest first."""
    orders: list[Order] = []
    number = _FIRST_ORDER_NUMBER
    dates = _dates()
    for index, day in enumerate(dates):
        number += 11 + _pick(index, "number", 60)
        delivery = _delivery(index)
        invoice = f"INV-{day.year}-{_FIRST_INVOICE_NUMBER + index * 3 + _pick(index, 'inv', 3):05d}"
        orders.append(
            Order(
                order_id=f"LF-{number}",
                order_date=day,
                status=_status(index, len(dates) - 1),
                lines=_lines(index),
                delivery=delivery,
                invoice_number=None if delivery is InvoiceDelivery.NONE else invoice,
            )
        )
    return tuple(reversed(orders))
