"""An American giant: orders by year, numbered pages, a pop-up over the page, a one-time code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

import pyotp
from fastapi import Form, Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal
from tests.shops.storefront import (
    Shop,
    invoiced,
    ordered,
    pdf,
    see_other,
    sheet,
    visitor,
)

EMAIL, PASSWORD = "dana.r.holt@mail.example", "Correct#Horse9"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PER_PAGE = 5
THINGS = ("Paper towels, 12 rolls", "HDMI cable 6 ft", "Dog food 30 lb", "LED bulbs, 8 pack")

ORDERS = ledger(
    "MegaMart Stores LLC",
    "Invoice for order",
    "USD",
    """
    112-7852973-6872783  2025-02-05  23.87
    112-8766827-5845704  2024-12-27  144.37
    112-6705484-3997239  2024-12-24  106.27
    112-1575769-6128779  2024-12-11  1371.37
    112-4021917-2495477  2024-11-27  200.81  -
    112-3457968-2888449  2024-09-07  98.93
    112-9760967-8609138  2024-08-24  71.37
    112-3832344-8290626  2024-06-23  682.40
    112-6606698-4473888  2024-06-19  75.31
    112-6768558-5197808  2024-05-04  186.62
    112-9116712-3710014  2024-04-15  290.29
    112-2544734-6242047  2024-04-15  253.71
    112-4497770-6716677  2024-04-14  951.35
    112-8765330-2812826  2024-03-24  79.85
    112-2996833-5128651  2024-03-15  1109.59
    112-8026755-7143556  2024-03-02  1815.52  -
    112-1956316-5298017  2023-11-17  390.24
    112-2107672-6200231  2023-11-11  36.16
    112-5426029-2092863  2023-11-08  241.62
    112-4047894-4303082  2023-08-08  386.89
    112-4615174-3782609  2023-06-24  219.38
    112-2206814-3328130  2023-04-23  250.23
    112-5183075-1220019  2023-03-30  45.55
    """,
)
YEARS = sorted({order.order_date.year for order in ORDERS}, reverse=True)


def us_date(day: date) -> str:
    """``04/15/2024``."""
    return f"{day:%m/%d/%Y}"


def us_money(amount: Decimal) -> str:
    """``$1,234.50``."""
    return f"${amount:,.2f}"


shop = Shop(__file__, "session-id", login="/ap/signin", us_date=us_date, us_money=us_money)
router, page = shop.router, shop.page


shop.shows("home.html", "/", things=THINGS)
shop.shows("signin.html", "/ap/signin")


@router.post("/ap/signin")
async def sign_in(
    request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    if (email.strip().lower(), password) != (EMAIL, PASSWORD):
        return page(request, "signin.html", problem="Your email or password is incorrect")
    visitor(request)["half_way"] = True
    return see_other("/ap/mfa")


@router.get("/ap/mfa")
async def ask_code(request: Request) -> Response:
    return page(request, "mfa.html") if "half_way" in visitor(request) else see_other("/ap/signin")


@router.post("/ap/mfa")
async def take_code(request: Request, otc: Annotated[str, Form()] = "") -> Response:
    if "half_way" not in visitor(request):
        return see_other("/ap/signin")
    if not pyotp.TOTP(TOTP_SECRET).verify(otc.replace(" ", ""), valid_window=1):
        return page(request, "mfa.html", problem="The code you entered is not valid.")
    visitor(request)["signed_in"] = True
    return see_other("/")


shop.signs_out("/signout")


@router.get("/your-orders", dependencies=[shop.members])
async def orders(request: Request, year: int = YEARS[0], page_no: int = 1) -> Response:
    found = tuple(order for order in ORDERS if order.order_date.year == year)
    shown, last = sheet(found, page_no, PER_PAGE)
    return page(
        request,
        "orders.html",
        orders=shown,
        count=len(found),
        pages=last,
        page_no=page_no,
        year=year,
        years=YEARS,
    )


@router.get("/your-orders/{order_id}", dependencies=[shop.members])
async def detail(request: Request, order_id: str) -> Response:
    return page(request, "order.html", order=ordered(ORDERS, order_id), things=THINGS)


@router.get("/documents/{order_id}/invoice.pdf")
async def invoice(request: Request, order_id: str) -> Response:
    return pdf(invoiced(request, ORDERS, order_id).invoice_pdf, "")


shop.regrets("/do/{what}", after="/")
shop.shows("other.html", "/s", "/account", "/cart", "/returns")


PORTAL = Portal(
    name="megamart",
    description=(
        "English (US); one-time code at sign-in, newsletter pop-up after a second, orders of the "
        "newest year only until a select is changed, numbered pages without 'next', invoice on "
        "the order's page, inline in a new tab"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=TOTP_SECRET,
    orders=ORDERS,
    contact_emails=("customer.care@megamart.example",),
)
