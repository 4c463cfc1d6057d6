"""Pages of the demo shop for logged-in customers: account, orders, invoices."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from skyvern_dagster.demo.orders import VAT_PERCENT, InvoiceDelivery, Order
from skyvern_dagster.demo.shop.access import State, require_account
from skyvern_dagster.demo.shop.rendering import render
from skyvern_dagster.demo.shop.state import ShopState

router = APIRouter(dependencies=[Depends(require_account)])

SLOW_SECONDS = 2.0
"""Arbitrary: longer than any other page of the shop takes, and short enough for tests."""


@router.get("/account")
async def account(request: Request, state: State) -> HTMLResponse:
    """Name, e-mail address, company, and the way to the orders."""
    return render(request, "account.html", recent=state.orders[:3])


@router.get("/account/orders")
async def order_history(request: Request, state: State, page: int = 1) -> HTMLResponse:
    """All orders, newest first, ten a page."""
    number = min(max(page, 1), state.page_count)
    return render(
        request,
        "orders.html",
        orders=state.page(number),
        total=len(state.orders),
        page=number,
        pages=state.page_count,
    )


@router.get("/account/orders/{order_id}")
async def order_page(request: Request, state: State, order_id: str) -> HTMLResponse:
    """One order with its items, totals, address and invoice."""
    order = _find(state, order_id)
    if state.fails_now(order):
        raise HTTPException(
            status_code=503,
            detail="This page is busy right now. Please try again in a moment.",
            headers={"Retry-After": "1"},
        )
    return render(request, "order.html", order=order, vat_percent=VAT_PERCENT)


@router.get("/account/orders/{order_id}/invoice")
async def invoice(state: State, order_id: str) -> Response:
    """An order's invoice, as an attachment or for the browser's viewer."""
    order = _find(state, order_id)
    if not order.has_invoice:
        raise HTTPException(status_code=404, detail="The invoice for this order is not available.")
    if order.delivery is InvoiceDelivery.SLOW:
        # The point of this order: a portal that takes its time.
        await asyncio.sleep(SLOW_SECONDS)
    content = await asyncio.to_thread(order.invoice_pdf)
    kind = "inline" if order.delivery is InvoiceDelivery.VIEWER else "attachment"
    disposition = f'{kind}; filename="{order.invoice_number}.pdf"'
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"},
    )


def _find(state: ShopState, order_id: str) -> Order:
    order = state.order(order_id)
    if order is None:
        raise HTTPException(status_code=404)
    return order
