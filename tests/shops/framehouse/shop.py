"""A picture framer whose account area is another system's, shown in an iframe."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal
from tests.shops.storefront import (
    Pages,
    invoiced,
    mishap,
    open_shop,
    ordered,
    pdf,
    see_other,
    signed_in,
    visitor,
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


router = APIRouter()
page = Pages(Path(__file__).parent, long_date=long_date)


@router.get("/")
async def home(request: Request) -> Response:
    return page(request, "home.html")


@router.get("/account")
async def account(request: Request) -> Response:
    return page(request, "account.html")


@router.get("/contact")
async def contact(request: Request) -> Response:
    return page(request, "contact.html")


@router.get("/widget/chat")
async def chat(request: Request) -> Response:
    return page(request, "chat.html")


@router.post("/widget/chat")
async def start_chat(request: Request) -> Response:
    mishap(request, "chat")
    return page(request, "chat.html", started=True)


@router.get("/portal")
async def portal_start(request: Request) -> Response:
    return page(request, "portal_home.html" if signed_in(request) else "portal_login.html")


@router.post("/portal")
async def log_in(
    request: Request, mail: Annotated[str, Form()] = "", secret: Annotated[str, Form()] = ""
) -> Response:
    if (mail.strip(), secret) != (EMAIL, PASSWORD):
        return page(request, "portal_login.html", wrong=True)
    visitor(request)["signed_in"] = True
    return see_other("/portal")


@router.get("/portal/history")
async def history(request: Request, start: int = 0) -> Response:
    if not signed_in(request):
        return see_other("/portal")
    older = start + PER_PAGE if start + PER_PAGE < len(ORDERS) else None
    shown = ORDERS[start : start + PER_PAGE]
    return page(
        request, "portal_history.html", orders=shown, start=start, older=older, step=PER_PAGE
    )


@router.get("/portal/order/{order_id}")
async def detail(request: Request, order_id: str) -> Response:
    if not signed_in(request):
        return see_other("/portal")
    return page(request, "portal_order.html", order=ordered(ORDERS, order_id))


@router.post("/portal/document")
async def document(request: Request, ref: Annotated[str, Form()] = "") -> Response:
    data = invoiced(request, ORDERS, ref).invoice_pdf
    return pdf(data, f'attachment; filename="{ref}.pdf"')


@router.get("/portal/{rest}")
async def other(request: Request, rest: str) -> Response:
    return page(request, "portal_other.html", rest=rest)


def create_app() -> FastAPI:
    """A fresh shop."""
    return open_shop(router, "fh_portal")


PORTAL = Portal(
    name="framehouse",
    description=(
        "English (GB); login and account in an iframe beside a chat iframe, purchases as "
        "definition lists with weekdays, 'Older purchases', invoices by a posted form's button"
    ),
    app=create_app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("frames@framehouse.example",),
)
