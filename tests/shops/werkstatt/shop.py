"""A German parts shop: a table with two date columns, invoices on detail pages, shown inline."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fastapi import Request
from fastapi.responses import Response

from tests.shops.ledger import ledger, paper
from tests.shops.portal import Portal, PortalOrder
from tests.shops.storefront import (
    Shop,
    invoiced,
    mishap,
    ordered,
    pdf,
    see_other,
    sheet,
    with_comma,
)

EMAIL, PASSWORD = "j.brandt@post.example", "Drehmoment_42Nm"
PER_PAGE = 8
PARTS = ("Bremsscheibe vorn", "Ölfilter OC 976", "Zündkerze NGK", "Scheibenwischer-Set")
TERMS = paper(["Brandt Kfz-Teile GmbH", "Allgemeine Geschäftsbedingungen"], date(2023, 1, 1))

ORDERS = ledger(
    "Brandt Kfz-Teile GmbH",
    "Rechnung zur Bestellung",
    "EUR",
    """
    W220625  2024-12-12  392.41
    W220598  2024-07-17  309.37  -
    W220568  2024-07-06  81.65
    W220535  2024-06-30  98.90
    W220519  2024-06-05  281.86
    W220506  2024-05-04  38.98
    W220466  2024-04-30  84.68
    W220444  2024-04-15  1744.08
    W220435  2024-04-15  61.08
    W220407  2024-04-13  92.65
    W220374  2024-04-12  96.09  -
    W220367  2024-03-08  98.91
    W220355  2023-12-31  194.73
    W220340  2023-11-06  33.69
    """,
)


def german_date(day: date) -> str:
    """``15.04.2024``."""
    return f"{day:%d.%m.%Y}"


def german_money(amount: Decimal) -> str:
    """``1.234,50 €``."""
    return f"{with_comma(amount)} €"


def delivery(order: PortalOrder) -> str:
    """When it arrived: some days after it was ordered, so that the two columns disagree."""
    days = 2 + int(order.total) % 5
    return german_date(order.order_date + timedelta(days)) if order.has_invoice else "–"


shop = Shop(
    __file__,
    "JSESSIONID",
    login="/anmelden",
    german_date=german_date,
    german_money=german_money,
    delivery=delivery,
)
router, page = shop.router, shop.page


shop.shows("home.html", "/", parts=PARTS)
shop.shows("login.html", "/anmelden")
shop.signs_in("/anmelden", ("email", "passwort"), (EMAIL, PASSWORD), after="/konto", error=True)
shop.regrets("/registrieren", after="/anmelden")
shop.signs_out("/abmelden")
shop.shows("account.html", "/konto", members=True)


@router.get("/konto/bestellungen", dependencies=[shop.members])
async def orders(request: Request, seite: int = 1) -> Response:
    shown, last = sheet(ORDERS, seite, PER_PAGE)
    return page(request, "orders.html", orders=shown, seite=seite, last=last)


@router.get("/konto/bestellungen/{order_id}", dependencies=[shop.members])
async def detail(request: Request, order_id: str) -> Response:
    return page(request, "order.html", order=ordered(ORDERS, order_id), parts=PARTS)


@router.get("/konto/beleg/{order_id}")
async def invoice(request: Request, order_id: str) -> Response:
    return pdf(invoiced(request, ORDERS, order_id).invoice_pdf, "inline")


@router.get("/dokumente/{document}")
async def document(request: Request, document: str) -> Response:
    return pdf(TERMS, f"inline; filename={document}")


@router.post("/konto/bestellungen/{order_id}/stornieren")
async def cancel(request: Request, order_id: str) -> Response:
    mishap(request, f"stornieren {order_id}")
    return see_other(f"/konto/bestellungen/{order_id}")


shop.shows("imprint.html", "/impressum")
shop.shows("other.html", "/konto-seite/{name}")


PORTAL = Portal(
    name="werkstatt",
    description=(
        "German; login beside a registration form, table with order and delivery date, invoice "
        "on the page behind 'Details', shown inline in the same tab, beside other PDFs"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("service@brandt-kfz.example",),
)
