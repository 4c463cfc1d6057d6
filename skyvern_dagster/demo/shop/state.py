"""What one running instance of the demo shop holds."""

from __future__ import annotations

from skyvern_dagster.demo.orders import InvoiceDelivery, Order, all_orders
from skyvern_dagster.demo.shop.sessions import SessionStore

ORDERS_PER_PAGE = 10
"""Arbitrary: makes six pages of the demo's 52 orders."""


class ShopState:
    """Sessions, orders, and which page has already failed; only the event loop touches it.

    Attributes:
        orders: The customer's orders, newest first.
        sessions: Who is logged in.
    """

    def __init__(self, orders: tuple[Order, ...] | None = None) -> None:
        self.orders = all_orders() if orders is None else orders
        self.sessions = SessionStore()
        self._by_id = {order.order_id: order for order in self.orders}
        self._failed: set[str] = set()

    @property
    def page_count(self) -> int:
        """Pages of the order history; at least one."""
        return max(1, -(-len(self.orders) // ORDERS_PER_PAGE))

    def page(self, number: int) -> tuple[Order, ...]:
        """The orders on one page of the history; the first page is 1."""
        return self.orders[(number - 1) * ORDERS_PER_PAGE : number * ORDERS_PER_PAGE]

    def order(self, order_id: str) -> Order | None:
        """The order with this number."""
        return self._by_id.get(order_id)

    def fails_now(self, order: Order) -> bool:
        """Whether this view of the order's page is the one that fails; true once at most."""
        if order.delivery is not InvoiceDelivery.FLAKY_PAGE or order.order_id in self._failed:
            return False
        self._failed.add(order.order_id)
        return True
