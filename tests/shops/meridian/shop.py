"""A water company: web components with shadow roots, a customer number, a drop-down of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Form, HTTPException, Request
from fastapi.responses import FileResponse, Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal, PortalOrder
from tests.shops.storefront import (
    Shop,
    invoiced,
    pdf,
    see_other,
    signed_in,
    visitor,
)

CUSTOMER, PASSWORD = "4471 0093 18", "Reservoir-Dry5"
SCRIPT = Path(__file__).parent / "static" / "components.js"

ORDERS = ledger(
    "Meridian Water plc",
    "Bill",
    "GBP",
    """
    7004418  2025-01-16  131.20
    7004101  2024-10-15  118.75
    7003822  2024-07-15  122.00
    7003820  2024-07-15  35.00  -
    7003577  2024-04-15  109.40
    7003290  2024-01-15  127.83
    7003011  2023-10-16  112.09
    7002744  2023-07-17  104.66
    7002430  2023-04-17  98.31
    """,
)


def as_json(order: PortalOrder) -> dict[str, Any]:
    """One bill as its component wants it."""
    return {
        "number": order.order_id,
        "year": order.order_date.year,
        "date": f"{order.order_date:%B} {order.order_date.day}, {order.order_date.year}",
        "amount": f"£{order.total:,.2f}",
        "file": order.has_invoice,
    }


def digits(text: str) -> str:
    """A customer number without the spaces that people type or don't."""
    return text.replace(" ", "")


shop = Shop(__file__, "mw_sid", login="/online")
router, page = shop.router, shop.page


shop.shows("home.html", "/")


@router.get("/components.js")
async def script() -> Response:
    return FileResponse(SCRIPT, media_type="text/javascript")


@router.get("/online")
async def online(request: Request) -> Response:
    return see_other("/online/overview") if signed_in(request) else page(request, "login.html")


@router.post("/online")
async def log_in(
    request: Request, number: Annotated[str, Form()] = "", pin: Annotated[str, Form()] = ""
) -> Response:
    if (digits(number), pin) != (digits(CUSTOMER), PASSWORD):
        return page(request, "login.html", wrong=True)
    visitor(request)["signed_in"] = True
    return see_other("/online/overview")


shop.shows("overview.html", "/online/overview", members=True)
shop.shows("bills.html", "/online/bills", members=True)


@router.get("/online/bills.json")
async def bills_json(request: Request) -> list[dict[str, Any]]:
    if not signed_in(request):
        raise HTTPException(401)
    return [as_json(order) for order in ORDERS]


@router.get("/online/bills/{number}")
async def bill(request: Request, number: str) -> Response:
    data = invoiced(request, ORDERS, number).invoice_pdf
    return pdf(data, f"attachment; filename=MeridianBill_{number}.pdf")


shop.regrets("/online/pay", after="/online/bills")
shop.signs_out("/logout")
shop.shows("help.html", "/help", "/leaks", "/online/meter")


PORTAL = Portal(
    name="meridian",
    description=(
        "English (GB) utility with bills instead of orders; customer number instead of e-mail, "
        "web components with shadow roots, newest year only until a hand-made drop-down (no "
        "select) is changed"
    ),
    app=shop.app,
    username=CUSTOMER,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("home@meridian-water.example",),
)
