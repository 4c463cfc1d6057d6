"""What a test knows about a shop: how to open it, how to get in, and what must be found inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fastapi import FastAPI


@dataclass(frozen=True)
class PortalOrder:
    """One order of the account.

    Attributes:
        order_id: The number as a person would quote it, without words such as "Order" or "#".
        order_date: The day it was placed (of a stay: the day of arrival).
        total: What it cost, in the shop's currency.
        has_invoice: Whether the shop offers its invoice.
        invoice_pdf: The exact bytes of that invoice; empty where there is none.
    """

    order_id: str
    order_date: date
    total: Decimal
    has_invoice: bool
    invoice_pdf: bytes


@dataclass(frozen=True)
class Portal:
    """A shop or portal with one customer account.

    Attributes:
        name: Key in the registry and name of its folder.
        description: What makes it different, in one or two sentences.
        app: Makes a fresh app, with nobody signed in.
        totp_secret: Base32 secret of the second factor, where it asks for one.
        orders: Everything in the account, newest first.
        contact_emails: Addresses that the shop publishes for its customers.
        orders_reachable: Whether these credentials lead to an order history at all.
    """

    name: str
    description: str
    app: Callable[[], FastAPI]
    username: str
    password: str
    totp_secret: str | None
    orders: tuple[PortalOrder, ...]
    contact_emails: tuple[str, ...]
    orders_reachable: bool = True

    def order(self, order_id: str) -> PortalOrder:
        """The order with exactly this number; ``KeyError`` when the account has none."""
        for order in self.orders:
            if order.order_id == order_id:
                return order
        raise KeyError(order_id)

    def on_or_after(self, day: date) -> tuple[PortalOrder, ...]:
        """The orders placed on this day or later, newest first."""
        return tuple(order for order in self.orders if order.order_date >= day)
