"""A marketplace full of decoys: four PDFs a row, numbers that begin alike, misleading links."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import Response

from tests.shops.ledger import ledger, paper
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

EMAIL, PASSWORD = "procurement@hexagon-dental.example", "St4pler;Stapler"
PER_PAGE = 10
SELLERS = ("Paperworks", "InkDirect", "DeskPro Europe", "Sold by OfficeHub")

ORDERS = ledger(
    "OfficeHub Marketplace Inc.",
    "Invoice for order",
    "USD",
    """
    10199  2024-12-17  154.20
    10198  2024-11-18  19.51  -
    10190  2024-09-26  62.00
    10151  2024-08-17  47.10
    10144  2024-08-05  157.50
    10120  2024-07-06  135.29
    10102  2024-05-23  38.24  -
    10100  2024-05-17  184.91
    10019  2024-04-15  2128.07
    10012  2024-04-15  1748.25
    10010  2024-04-15  399.20  -
    10001  2024-04-14  300.10
    1020  2024-04-11  282.73
    1012  2024-04-07  96.27
    1011  2024-02-29  1196.27
    1010  2024-01-29  11.24
    1002  2023-12-30  385.89  -
    1001  2023-11-07  42.85
    1000  2023-10-21  163.44
    104  2023-10-08  74.76
    101  2023-07-22  43.30
    100  2023-05-07  370.14
    """,
)
PENDING = "10198"


def dashed_date(day: date) -> str:
    """``15-Apr-2024``."""
    return f"{day:%d-%b-%Y}"


def dollars(amount: Decimal) -> str:
    """``US$1,234.50``."""
    return f"US${amount:,.2f}"


router = APIRouter()
page = Pages(Path(__file__).parent, dashed_date=dashed_date, dollars=dollars)


@router.get("/")
async def home(request: Request) -> Response:
    return page(request, "home.html")


@router.get("/login")
async def ask(request: Request) -> Response:
    return page(request, "login.html")


@router.post("/login")
async def log_in(
    request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    if (email.strip(), password) != (EMAIL, PASSWORD):
        return page(request, "login.html", status_code=403, wrong=True)
    visitor(request)["signed_in"] = True
    return see_other("/dashboard")


@router.get("/logout")
async def log_out(request: Request) -> Response:
    visitor(request).clear()
    return see_other("/")


@router.get("/dashboard")
async def dashboard(request: Request) -> Response:
    return page(request, "dashboard.html") if signed_in(request) else see_other("/login")


@router.get("/dashboard/orders")
async def orders(request: Request, p: int = 1, q: str = "") -> Response:
    if not signed_in(request):
        return see_other("/login")
    # Like most searches: whatever begins like the words asked for.
    found = [order for order in ORDERS if order.order_id.startswith(q.strip().lstrip("#"))]
    return page(
        request,
        "orders.html",
        orders=found[(p - 1) * PER_PAGE : p * PER_PAGE],
        count=len(found),
        p=p,
        q=q,
        last=max(1, -(-len(found) // PER_PAGE)),
        sellers=SELLERS,
        pending=PENDING,
    )


@router.get("/docs/{kind}/{order_id}")
async def document(request: Request, kind: str, order_id: str) -> Response:
    if kind == "invoice":
        data = invoiced(request, ORDERS, order_id).invoice_pdf
    else:
        order = ordered(ORDERS, order_id)
        data = paper([f"{kind.capitalize()} for order {order_id}"], order.order_date)
    return pdf(data, f'attachment; filename="{kind}-{order_id}.pdf"')


@router.post("/dashboard/{what}")
async def do(request: Request, what: str) -> Response:
    mishap(request, what)
    return see_other("/dashboard/orders")


@router.get("/help")
async def help_page(request: Request) -> Response:
    return page(request, "help.html")


@router.get("/{rest:path}")
async def other(request: Request, rest: str) -> Response:
    return page(request, "other.html", rest=rest)


def create_app() -> FastAPI:
    """A fresh shop."""
    return open_shop(router, "oh")


PORTAL = Portal(
    name="officehub",
    description=(
        "English; rows with packing slip, return label, invoice and credit note, order numbers "
        "that are prefixes of each other, misleading promotion links, a prefix search, cancelled "
        "and pending orders without an invoice, nothing after 2024"
    ),
    app=create_app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("support@officehub.example", "invoices@officehub.example"),
)
