"""A British garden centre: nothing but div elements, and what one can do is in a drop-down."""

from __future__ import annotations

import hashlib
from datetime import date

from fastapi import HTTPException, Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal, PortalOrder
from tests.shops.storefront import (
    Shop,
    invoiced,
    mishap,
    pdf,
    see_other,
)

EMAIL, PASSWORD = "rosemary.fields@post.example", "Compost%Heap21"
PLANTS = ("Lavender 'Hidcote' x3", "Peat-free compost 60L", "Copper trowel", "Tomato seedlings")

ORDERS = ledger(
    "Gardenia Nurseries Ltd",
    "VAT invoice",
    "GBP",
    """
    GA-20652  2024-11-24  51.67
    GA-20618  2024-11-10  38.31
    GA-20599  2024-10-25  15.27
    GA-20585  2024-10-23  184.93
    GA-20556  2024-09-04  42.96
    GA-20525  2024-07-27  16.19
    GA-20507  2024-07-20  62.64  -
    GA-20501  2024-06-05  56.52
    GA-20479  2024-05-28  1065.82
    GA-20443  2024-05-04  130.41
    GA-20423  2024-04-15  238.95
    GA-20398  2024-04-14  10.61
    GA-20363  2024-03-12  260.67
    GA-20329  2024-02-11  12.20  -
    GA-20308  2023-12-14  321.71
    GA-20282  2023-11-11  267.86
    GA-20263  2023-10-19  282.21
    GA-20226  2023-10-01  10.01
    """,
)


def british_date(day: date) -> str:
    """``15/04/2024``."""
    return f"{day:%d/%m/%Y}"


def file_name(order: PortalOrder) -> str:
    """The meaningless name under which a store of files knows an invoice."""
    return hashlib.sha256(order.invoice_pdf).hexdigest()[:20]


shop = Shop(__file__, "gardenia", login="/login", british_date=british_date)
router, page = shop.router, shop.page


shop.shows("home.html", "/", plants=PLANTS)
shop.shows("login.html", "/login")
shop.signs_in("/login", ("u", "p"), (EMAIL, PASSWORD), after="/my-gardenia", wrong=True)
shop.signs_out("/logout")
shop.shows("account.html", "/my-gardenia", members=True)


@router.get("/my-gardenia/orders", dependencies=[shop.members])
async def orders(request: Request) -> Response:
    return page(request, "orders.html", orders=ORDERS, plants=PLANTS)


@router.get("/my-gardenia/invoice/{order_id}")
async def invoice(request: Request, order_id: str) -> Response:
    return see_other(f"/files/{file_name(invoiced(request, ORDERS, order_id))}")


@router.get("/files/{name}")
async def stored_file(request: Request, name: str) -> Response:
    for order in ORDERS:
        if order.has_invoice and file_name(order) == name:
            return pdf(order.invoice_pdf, f"attachment; filename*=UTF-8''Invoice%20{name}.pdf")
    raise HTTPException(404)


@router.post("/my-gardenia/return/{order_id}")
async def send_back(request: Request, order_id: str) -> Response:
    mishap(request, f"return {order_id}")
    return Response(status_code=204)


shop.shows("contact.html", "/contact")
shop.shows("other.html", "/{rest:path}")


PORTAL = Portal(
    name="gardenia",
    description=(
        "English (GB); div-only markup with click handlers, dd/mm/yyyy, invoice in a drop-down "
        "that a dotted button builds at the end of the body, file behind a redirect"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("hello@gardenia.example", "trade@gardenia.example"),
)
