"""A site for hotel stays: no labels, dates as ranges, a receipt page between a trip and its PDF."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal, PortalOrder
from tests.shops.storefront import (
    Pages,
    invoiced,
    mishap,
    open_shop,
    pdf,
    see_other,
    signed_in,
    visitor,
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


router = APIRouter()
page = Pages(Path(__file__).parent, stay=stay)


@router.get("/")
async def home(request: Request) -> Response:
    return page(request, "home.html", hotels=HOTELS)


@router.get("/signin")
async def ask(request: Request) -> Response:
    return page(request, "signin.html")


@router.post("/signin")
async def sign_in(
    request: Request, x1: Annotated[str, Form()] = "", x2: Annotated[str, Form()] = ""
) -> Response:
    if (x1.strip(), x2) != (EMAIL, PASSWORD):
        return page(request, "signin.html", wrong=True)
    visitor(request)["signed_in"] = True
    return see_other("/")


@router.get("/signout")
async def sign_out(request: Request) -> Response:
    visitor(request).clear()
    return see_other("/")


@router.get("/mytrips")
async def trips(request: Request) -> Response:
    if not signed_in(request):
        return see_other("/signin")
    return page(request, "trips.html", orders=ORDERS, hotels=HOTELS)


@router.get("/mytrips/{order_id}/receipt")
async def receipt(request: Request, order_id: str) -> Response:
    return page(request, "receipt.html", order=invoiced(request, ORDERS, order_id))


@router.get("/mytrips/{order_id}/receipt.pdf")
async def receipt_pdf(request: Request, order_id: str) -> Response:
    order = invoiced(request, ORDERS, order_id)
    return pdf(order.invoice_pdf, f'attachment; filename="receipt_{order_id}.pdf"')


@router.post("/do/{what}")
async def do(request: Request, what: str) -> Response:
    mishap(request, what)
    return see_other("/")


@router.get("/help")
async def help_page(request: Request) -> Response:
    return page(request, "help.html")


@router.get("/search")
@router.get("/register")
@router.get("/wishlist")
@router.get("/flights")
async def other(request: Request) -> Response:
    return page(request, "other.html")


def create_app() -> FastAPI:
    """A fresh site."""
    return open_shop(router, "sf_guest")


PORTAL = Portal(
    name="hotelbooker",
    description=(
        "English; consent overlay with only 'Got it', fields with placeholders and no labels, "
        "trips behind the guest's menu, stays as date ranges (order_date is the arrival), "
        "'Get receipt' leads to a page with the PDF"
    ),
    app=create_app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("guests@stayfinder.example",),
)
