"""A marketplace full of decoys: four PDFs a row, numbers that begin alike, misleading links."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fastapi import Request
from fastapi.responses import Response

from tests.shops.ledger import ledger, paper
from tests.shops.portal import Portal
from tests.shops.storefront import (
    Shop,
    invoiced,
    ordered,
    pdf,
    sheet,
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


shop = Shop(__file__, "oh", login="/login", dashed_date=dashed_date, dollars=dollars)
router, page = shop.router, shop.page


shop.shows("home.html", "/")
shop.shows("login.html", "/login")
shop.signs_in(
    "/login",
    ("email", "password"),
    (EMAIL, PASSWORD),
    after="/dashboard",
    status_code=403,
    wrong=True,
)
shop.signs_out("/logout")
shop.shows("dashboard.html", "/dashboard", members=True)


@router.get("/dashboard/orders", dependencies=[shop.members])
async def orders(request: Request, p: int = 1, q: str = "") -> Response:
    # Like most searches: whatever begins like the words asked for.
    wanted = q.strip().lstrip("#")
    found = tuple(order for order in ORDERS if order.order_id.startswith(wanted))
    shown, last = sheet(found, p, PER_PAGE)
    return page(
        request,
        "orders.html",
        orders=shown,
        count=len(found),
        p=p,
        q=q,
        last=last,
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


shop.regrets("/dashboard/{what}", after="/dashboard/orders")
shop.shows("help.html", "/help")
shop.shows("other.html", "/{rest:path}")


PORTAL = Portal(
    name="officehub",
    description=(
        "English; rows with packing slip, return label, invoice and credit note, order numbers "
        "that are prefixes of each other, misleading promotion links, a prefix search, cancelled "
        "and pending orders without an invoice, nothing after 2024"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("support@officehub.example", "invoices@officehub.example"),
)
