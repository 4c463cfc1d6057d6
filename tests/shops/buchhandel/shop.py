"""A German bookshop: user name, a button "Weiter", a fading error, a session that ends early."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

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
    signed_in,
    visitor,
    with_comma,
)

USERNAME, PASSWORD = "leseratte_mila", "1001 Nächte!"
MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
BOOKS = ("Der Zauberberg", "Die Wand", "Momo", "Austerlitz", "Tschick")

ORDERS = ledger(
    "Buchhandlung Seitenweise e.K.",
    "Rechnung",
    "EUR",
    """
    B-7856  2024-09-25  35.21
    B-7838  2024-05-02  86.82
    B-7831  2024-04-15  968.71
    B-7796  2024-04-10  36.87
    B-7787  2024-04-07  60.91  -
    B-7756  2024-03-28  186.86
    B-7722  2024-01-25  361.34
    B-7686  2024-01-07  203.05
    B-7677  2023-12-10  16.94
    B-7667  2023-12-04  72.51
    B-7650  2023-11-13  60.73
    B-7618  2023-10-23  54.59
    """,
)


def german_date(day: date) -> str:
    """``15. April 2024``."""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def german_money(amount: Decimal) -> str:
    """``1.234,50 EUR``."""
    return f"{with_comma(amount)} EUR"


shop = Shop(
    __file__,
    "seitenweise",
    login="/kunde/login",
    german_date=german_date,
    german_money=german_money,
)
router, page = shop.router, shop.page


shop.shows("home.html", "/", books=BOOKS)


@router.get("/kunde/login")
async def ask(request: Request, weiter: str = "/kunde") -> Response:
    toast = visitor(request).pop("toast", "")
    return page(request, "login.html", weiter=weiter, toast=toast)


@router.post("/kunde/login")
async def log_in(
    request: Request,
    benutzer: Annotated[str, Form()] = "",
    kennwort: Annotated[str, Form()] = "",
    weiter: Annotated[str, Form()] = "/kunde",
) -> Response:
    if (benutzer.strip(), kennwort) != (USERNAME, PASSWORD):
        visitor(request)["toast"] = "Benutzername oder Kennwort stimmt nicht."
        return see_other(f"/kunde/login?weiter={weiter}")
    visitor(request)["signed_in"] = True
    return see_other(weiter if weiter.startswith("/kunde") else "/kunde")


shop.shows("account.html", "/kunde", members=True)


@router.get("/kunde/historie")
async def history(request: Request) -> Response:
    if not signed_in(request):
        return see_other("/kunde/login?weiter=/kunde/historie")
    return page(request, "history.html", orders=ORDERS, books=BOOKS)


@router.get("/kunde/bestellung/{order_id}")
async def detail(request: Request, order_id: str) -> Response:
    memory = visitor(request)
    if signed_in(request) and not memory.get("expired_once"):
        memory["expired_once"], memory["signed_in"] = True, False
        memory["toast"] = "Ihre Sitzung ist abgelaufen. Bitte melden Sie sich erneut an."
    if not signed_in(request):
        return see_other(f"/kunde/login?weiter=/kunde/bestellung/{order_id}")
    return page(request, "order.html", order=ordered(ORDERS, order_id), books=BOOKS)


@router.get("/kunde/rechnung")
async def invoice(request: Request, nr: str) -> Response:
    data = invoiced(request, ORDERS, nr).invoice_pdf
    name = f"Rechnung {nr}.pdf"
    return pdf(data, f'attachment; filename="{name}"', "application/octet-stream")


shop.regrets("/kunde/merken", after="/kunde")
shop.shows("imprint.html", "/impressum")
shop.signs_out("/abmelden")
shop.shows("other.html", "/seite/{name}")


PORTAL = Portal(
    name="buchhandel",
    description=(
        "German; user name instead of e-mail, submit button 'Weiter', wrong passwords told by a "
        "toast that fades, dates '15. April 2024', session expires at the first order page, "
        "invoice as application/octet-stream"
    ),
    app=shop.app,
    username=USERNAME,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("laden@seitenweise.example",),
)
