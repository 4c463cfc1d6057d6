"""An English tool shop: everything behind a menu button, purchases in a list that loads more."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal
from tests.shops.storefront import (
    Shop,
    invoiced,
    pdf,
    see_other,
    signed_in,
    visitor,
)

EMAIL, PASSWORD = "sam.whitlock@mail.example", "h4mmer & n4ils"
AT_ONCE = 8
TOOLS = ("18V cordless drill", "Claw hammer, 16 oz", "Box of 200 deck screws", "Tape measure")

ORDERS = ledger(
    "The Tool Barn Inc.",
    "Receipt for order",
    "USD",
    """
    10581  2025-02-23  44.63
    10564  2024-12-29  77.52  -
    10559  2024-12-17  1503.01
    10549  2024-11-15  254.08
    10537  2024-10-14  213.05
    10523  2024-10-13  17.94
    10516  2024-09-18  30.26
    10511  2024-04-17  30.52
    10500  2024-04-16  49.66
    10494  2024-04-15  31.03
    10491  2024-04-14  41.73
    10475  2024-03-09  167.41
    10440  2024-02-05  64.70
    10427  2023-12-13  1049.33
    10389  2023-10-16  145.50
    10364  2023-09-06  1396.13
    10332  2023-07-24  1908.01
    10306  2023-07-13  91.41  -
    10277  2023-05-05  99.88
    10242  2023-04-28  227.72
    10229  2023-03-30  174.06
    10225  2023-03-09  380.16
    """,
)


def short_date(day: date) -> str:
    """``Apr 15, 2024``."""
    return f"{day:%b} {day.day}, {day.year}"


shop = Shop(__file__, "tb_sid", login="/signin", short_date=short_date)
router, page = shop.router, shop.page


shop.shows("home.html", "/", tools=TOOLS)
shop.shows("signin.html", "/signin")


@router.post("/signin")
async def sign_in(
    request: Request,
    login_email: Annotated[str, Form()] = "",
    login_password: Annotated[str, Form()] = "",
) -> Response:
    if (login_email.strip().lower(), login_password) != (EMAIL, PASSWORD):
        return page(request, "signin.html", status_code=401, error=True, email=login_email)
    visitor(request)["signed_in"] = True
    return see_other("/")


shop.signs_out("/signout")


@router.get("/purchases", dependencies=[shop.members])
async def purchases(request: Request) -> Response:
    return page(request, "purchases.html", orders=ORDERS[:AT_ONCE], tools=TOOLS, total=len(ORDERS))


@router.get("/purchases/more")
async def more(request: Request, offset: int) -> Response:
    if not signed_in(request):
        return Response(status_code=401)
    shown = ORDERS[offset : offset + AT_ONCE]
    return page(request, "purchase_items.html", orders=shown, tools=TOOLS)


@router.get("/receipts/{order_id}")
async def receipt(request: Request, order_id: str) -> Response:
    order = invoiced(request, ORDERS, order_id)
    return pdf(order.invoice_pdf, "attachment; filename=receipt.pdf")


shop.regrets("/subscribe", after="/")
shop.shows("other.html", "/settings", "/deals", "/departments", "/stores", "/register")


PORTAL = Portal(
    name="toolbarn",
    description=(
        "English; sign-in and purchases behind a menu button that shows a hidden nav, purchases "
        "as list items, 'Load more' instead of pages, every receipt named receipt.pdf"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("help@toolbarn.example", "returns@toolbarn.example"),
)
