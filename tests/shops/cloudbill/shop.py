"""A SaaS console: one page, drawn by script; login in a dialog, invoices as blobs behind icons."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel

from tests.shops.ledger import ledger
from tests.shops.portal import Portal, PortalOrder
from tests.shops.storefront import Shop, mishap, ordered, pdf

EMAIL, PASSWORD, TOKEN = "ops@northwind-labs.example", "T!ger-Teapot-88", "cb_live_5f2c9a"
SCRIPT = Path(__file__).parent / "static" / "app.js"

ORDERS = ledger(
    "CloudBill Ltd",
    "Invoice",
    "USD",
    """
    INV-2025-0037  2025-02-13  388.48
    INV-2025-0036  2025-01-31  232.01
    INV-2025-0035  2025-01-14  41.43
    INV-2024-0034  2024-12-03  358.48  -
    INV-2024-0033  2024-09-15  38.48
    INV-2024-0032  2024-09-09  296.07
    INV-2024-0031  2024-06-06  374.36
    INV-2024-0030  2024-05-23  285.60
    INV-2024-0029  2024-04-15  300.80
    INV-2024-0028  2024-04-01  26.65
    INV-2024-0027  2024-03-29  217.57
    INV-2024-0026  2024-03-15  11.98  -
    INV-2024-0025  2024-01-06  63.10
    INV-2023-0024  2023-11-14  130.21
    INV-2023-0023  2023-11-01  347.27
    INV-2023-0022  2023-10-08  41.99
    INV-2023-0021  2023-09-30  1653.95
    INV-2023-0020  2023-08-21  116.46
    """,
)


class SignIn(BaseModel):
    """What the login dialog sends."""

    email: str
    password: str


shop = Shop(__file__, "cb_visit")
router = shop.router


def authorised(request: Request) -> None:
    """Refuses a call without the token that the login gave."""
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise HTTPException(401)


def as_json(order: PortalOrder) -> dict[str, Any]:
    """One invoice as the script wants it."""
    due = order.order_date + timedelta(days=30)
    return {
        "number": order.order_id,
        "issued": order.order_date.isoformat(),
        "due": due.isoformat(),
        "amount": f"${order.total:,.2f}",
        "status": "Paid" if order.has_invoice else "Void",
        "file": order.has_invoice,
    }


@router.get("/static/app.js")
async def script() -> Response:
    return FileResponse(SCRIPT, media_type="text/javascript")


@router.post("/api/login")
async def log_in(body: SignIn) -> dict[str, str]:
    await asyncio.sleep(0.15)
    if (body.email.strip(), body.password) != (EMAIL, PASSWORD):
        raise HTTPException(401)
    return {"token": TOKEN}


@router.get("/api/invoices")
async def invoices(request: Request) -> list[dict[str, Any]]:
    authorised(request)
    await asyncio.sleep(0.25)
    return [as_json(order) for order in ORDERS]


@router.get("/api/invoices/{number}/pdf")
async def invoice(request: Request, number: str) -> Response:
    authorised(request)
    order = ordered(ORDERS, number)
    if not order.has_invoice:
        raise HTTPException(404)
    return pdf(order.invoice_pdf, "")


@router.post("/api/{rest:path}")
async def anything_else(request: Request, rest: str) -> dict[str, bool]:
    mishap(request, rest)
    return {"ok": True}


shop.shows("index.html", "/{path:path}")


PORTAL = Portal(
    name="cloudbill",
    description=(
        "English single-page app (pushState, fetch, token in localStorage); login in a modal "
        "dialog, Billing > Invoices tab, ISO dates issued/due, icon-only buttons, blob downloads"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("billing@cloudbill.example",),
)
