"""A German parts shop: a table with two date columns, invoices on detail pages, shown inline."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import Response

from tests.shops.ledger import ledger, paper
from tests.shops.portal import Portal, PortalOrder
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
    return f"{amount:,.2f} €".replace(",", "_").replace(".", ",").replace("_", ".")


def delivery(order: PortalOrder) -> str:
    """When it arrived: some days after it was ordered, so that the two columns disagree."""
    days = 2 + int(order.total) % 5
    return german_date(order.order_date + timedelta(days)) if order.has_invoice else "–"


router = APIRouter()
page = Pages(
    Path(__file__).parent, german_date=german_date, german_money=german_money, delivery=delivery
)


@router.get("/")
async def home(request: Request) -> Response:
    return page(request, "home.html", parts=PARTS)


@router.get("/anmelden")
async def ask(request: Request) -> Response:
    return page(request, "login.html")


@router.post("/anmelden")
async def log_in(
    request: Request,
    email: Annotated[str, Form()] = "",
    passwort: Annotated[str, Form()] = "",
) -> Response:
    if (email.strip(), passwort) != (EMAIL, PASSWORD):
        return page(request, "login.html", error=True)
    visitor(request)["signed_in"] = True
    return see_other("/konto")


@router.post("/registrieren")
async def register(request: Request) -> Response:
    mishap(request, "registrieren")
    return see_other("/anmelden")


@router.get("/abmelden")
async def log_out(request: Request) -> Response:
    visitor(request).clear()
    return see_other("/")


@router.get("/konto")
async def account(request: Request) -> Response:
    return page(request, "account.html") if signed_in(request) else see_other("/anmelden")


@router.get("/konto/bestellungen")
async def orders(request: Request, seite: int = 1) -> Response:
    if not signed_in(request):
        return see_other("/anmelden")
    shown = ORDERS[(seite - 1) * PER_PAGE : seite * PER_PAGE]
    last = -(-len(ORDERS) // PER_PAGE)
    return page(request, "orders.html", orders=shown, seite=seite, last=last)


@router.get("/konto/bestellungen/{order_id}")
async def detail(request: Request, order_id: str) -> Response:
    if not signed_in(request):
        return see_other("/anmelden")
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


@router.get("/impressum")
async def imprint(request: Request) -> Response:
    return page(request, "imprint.html")


@router.get("/konto-seite/{name}")
async def other(request: Request, name: str) -> Response:
    return page(request, "other.html", name=name)


def create_app() -> FastAPI:
    """A fresh shop."""
    return open_shop(router, "JSESSIONID")


PORTAL = Portal(
    name="werkstatt",
    description=(
        "German; login beside a registration form, table with order and delivery date, invoice "
        "on the page behind 'Details', shown inline in the same tab, beside other PDFs"
    ),
    app=create_app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("service@brandt-kfz.example",),
)
