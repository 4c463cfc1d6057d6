"""A site for hotel stays: no labels, dates as ranges, a receipt page between a trip and its PDF."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal, PortalOrder
from tests.shops.storefront import (
    Shop,
    invoiced,
    pdf,
)

EMAIL, PASSWORD = "noor.haddad@travel.example", "Window$eat3A"
HOTELS = ("Hotel Miramar, Lisbon", "The Old Granary, York", "Pension Alpenblick, Graz")

ORDERS = ledger(
    "Stayfinder B.V.",
    "Receipt for reservation",
    "EUR",
    """
    HB-W2GK43  2025-01-12  79.24
    HB-FKMDKE  2025-01-06  79.17
    HB-SJYAJH  2024-12-29  79.69
    HB-CXC94A  2024-10-07  1604.32
    HB-QPZV7T  2024-09-16  635.50  -
    HB-FFG9QA  2024-08-13  77.39
    HB-EMZDYN  2024-04-30  112.93
    HB-V9F933  2024-04-15  189.25
    HB-DTX9CQ  2024-04-12  1176.82
    HB-6GTW9G  2023-12-29  79.78
    HB-FW6NDE  2023-07-04  75.87
    HB-VAPU73  2023-06-16  78.36
    """,
)


def nights(order: PortalOrder) -> int:
    """How long a stay was; the prices are as good as dice."""
    return 4 if int(order.total) % 2 else 3


def stay(order: PortalOrder) -> str:
    """``12–15 Apr 2024``, ``30 Apr – 2 May 2024``, ``29 Dec 2024 – 1 Jan 2025``."""
    first, last = order.order_date, order.order_date + timedelta(nights(order))
    if first.year != last.year:
        return f"{month_day(first)} {first.year} – {month_day(last)} {last.year}"
    if first.month != last.month:
        return f"{month_day(first)} – {month_day(last)} {last.year}"
    return f"{first.day}–{month_day(last)} {last.year}"


def month_day(day: date) -> str:
    """``15 Apr``."""
    return f"{day.day} {day:%b}"


shop = Shop(__file__, "sf_guest", login="/signin", stay=stay)
router, page = shop.router, shop.page


shop.shows("home.html", "/", hotels=HOTELS)
shop.shows("signin.html", "/signin")
shop.signs_in(
    "/signin", ("x1", "x2"), (EMAIL, PASSWORD), after="/", template="signin.html", wrong=True
)
shop.signs_out("/signout")


@router.get("/mytrips", dependencies=[shop.members])
async def trips(request: Request) -> Response:
    return page(request, "trips.html", orders=ORDERS, hotels=HOTELS)


@router.get("/mytrips/{order_id}/receipt")
async def receipt(request: Request, order_id: str) -> Response:
    return page(request, "receipt.html", order=invoiced(request, ORDERS, order_id))


@router.get("/mytrips/{order_id}/receipt.pdf")
async def receipt_pdf(request: Request, order_id: str) -> Response:
    order = invoiced(request, ORDERS, order_id)
    return pdf(order.invoice_pdf, f'attachment; filename="receipt_{order_id}.pdf"')


shop.regrets("/do/{what}", after="/")
shop.shows("help.html", "/help")
shop.shows("other.html", "/search", "/register", "/wishlist", "/flights")


PORTAL = Portal(
    name="hotelbooker",
    description=(
        "English; consent overlay with only 'Got it', fields with placeholders and no labels, "
        "trips behind the guest's menu, stays as date ranges (order_date is the arrival), "
        "'Get receipt' leads to a page with the PDF"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("guests@stayfinder.example",),
)
