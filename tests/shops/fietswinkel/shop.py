"""A Dutch bicycle shop: a table without headings that grows as one scrolls, files in new tabs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fastapi import Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal
from tests.shops.storefront import (
    Shop,
    invoiced,
    pdf,
    with_comma,
)

EMAIL, PASSWORD = "joost.vdberg@post.example", "Bel&Spaak_26inch"
AT_ONCE = 10
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
PARTS = ("Binnenband 28 inch", "Kettingslot", "Verlichtingsset", "Fietstas dubbel")

ORDERS = ledger(
    "Fietswinkel De Trapper B.V.",
    "Factuur bij bestelling",
    "EUR",
    """
    20257602  2025-01-31  96.25
    20257573  2025-01-30  283.66
    20247548  2024-12-29  2216.43
    20247536  2024-12-10  283.93
    20247517  2024-11-14  109.42  -
    20247501  2024-11-07  43.13
    20247477  2024-10-01  64.37
    20247443  2024-07-02  43.34
    20247428  2024-05-14  304.85
    20247423  2024-05-01  70.57
    20247405  2024-04-15  311.78
    20247393  2024-04-15  118.77
    20247358  2024-04-14  2365.81
    20247349  2024-03-05  56.77
    20247330  2024-02-20  46.93
    20247302  2024-02-17  34.05
    20237268  2023-11-16  84.06
    20237238  2023-11-04  23.49  -
    20237205  2023-10-14  45.89
    20237201  2023-10-06  107.81
    20237166  2023-09-28  32.92
    20237131  2023-09-19  41.51
    20237091  2023-08-26  355.37
    20237060  2023-05-11  157.70
    20237036  2023-04-29  224.12
    20237023  2023-03-25  148.35
    """,
)


def dutch_date(day: date) -> str:
    """``15 apr. 2024``; May is too short to be cut."""
    name = MONTHS[day.month - 1]
    return f"{day.day} {name}{'' if name == 'mei' else '.'} {day.year}"


def dutch_money(amount: Decimal) -> str:
    """``€ 1.234,50``."""
    return f"€ {with_comma(amount)}"


shop = Shop(__file__, "trapper", dutch_date=dutch_date, dutch_money=dutch_money)
router, page = shop.router, shop.page


shop.shows("home.html", "/", parts=PARTS)
shop.signs_in(
    "/inloggen",
    ("mail", "wachtwoord"),
    (EMAIL, PASSWORD),
    after="/",
    template="home.html",
    parts=PARTS,
    fout=True,
)
shop.signs_out("/uitloggen")


@router.get("/bestellingen", dependencies=[shop.members])
async def orders(request: Request, vanaf: int | None = None) -> Response:
    if vanaf is not None:
        return page(request, "rows.html", orders=ORDERS[vanaf : vanaf + AT_ONCE], parts=PARTS)
    return page(request, "orders.html", orders=ORDERS[:AT_ONCE], parts=PARTS)


@router.get("/factuur/{order_id}")
async def invoice(request: Request, order_id: str) -> Response:
    data = invoiced(request, ORDERS, order_id).invoice_pdf
    return pdf(data, f'attachment; filename="factuur-{order_id}.pdf"')


shop.regrets("/opnieuw/{order_id}", after="/bestellingen")
shop.shows("service.html", "/service")
shop.shows("other.html", "/w/{name}")


PORTAL = Portal(
    name="fietswinkel",
    description=(
        "Dutch; login in a panel that slides in, orders in a table without headings that loads "
        "ten more at the end of the scroll, invoices by links with target=_blank"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("klantenservice@detrapper.example",),
)
