"""A picture framer whose account area is another system's, shown in an iframe."""

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
    mishap,
    ordered,
    pdf,
    signed_in,
)

EMAIL, PASSWORD = "ivo@studio-marek.example", "Passepartout/77"
PER_PAGE = 5

ORDERS = ledger(
    "Framehouse Ltd",
    "Tax invoice",
    "GBP",
    """
    FH253247  2025-01-28  280.56
    FH243223  2024-11-24  15.14
    FH243218  2024-08-29  23.18
    FH243208  2024-07-01  213.88
    FH243186  2024-04-20  103.69
    FH243160  2024-04-15  47.34
    FH243126  2024-04-15  153.98
    FH243111  2024-04-14  1563.20
    FH243072  2024-03-14  26.26
    FH233055  2023-12-17  255.21  -
    FH233038  2023-11-07  35.38
    FH233009  2023-10-25  13.34
    """,
)


def long_date(day: date) -> str:
    """``Monday, 15 April 2024``."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


shop = Shop(__file__, "fh_portal", login="/portal", long_date=long_date)
router, page = shop.router, shop.page


shop.shows("home.html", "/")
shop.shows("account.html", "/account")
shop.shows("contact.html", "/contact")
shop.shows("chat.html", "/widget/chat")


@router.post("/widget/chat")
async def start_chat(request: Request) -> Response:
    mishap(request, "chat")
    return page(request, "chat.html", started=True)


@router.get("/portal")
async def portal_start(request: Request) -> Response:
    return page(request, "portal_home.html" if signed_in(request) else "portal_login.html")


shop.signs_in(
    "/portal",
    ("mail", "secret"),
    (EMAIL, PASSWORD),
    after="/portal",
    template="portal_login.html",
    wrong=True,
)


@router.get("/portal/history", dependencies=[shop.members])
async def history(request: Request, start: int = 0) -> Response:
    older = start + PER_PAGE if start + PER_PAGE < len(ORDERS) else None
    shown = ORDERS[start : start + PER_PAGE]
    return page(
        request, "portal_history.html", orders=shown, start=start, older=older, step=PER_PAGE
    )


@router.get("/portal/order/{order_id}", dependencies=[shop.members])
async def detail(request: Request, order_id: str) -> Response:
    return page(request, "portal_order.html", order=ordered(ORDERS, order_id))


@router.post("/portal/document")
async def document(request: Request, ref: Annotated[str, Form()] = "") -> Response:
    data = invoiced(request, ORDERS, ref).invoice_pdf
    return pdf(data, f'attachment; filename="{ref}.pdf"')


shop.shows("portal_other.html", "/portal/{rest}")


PORTAL = Portal(
    name="framehouse",
    description=(
        "English (GB); login and account in an iframe beside a chat iframe, purchases as "
        "definition lists with weekdays, 'Older purchases', invoices by a posted form's button"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("frames@framehouse.example",),
)
