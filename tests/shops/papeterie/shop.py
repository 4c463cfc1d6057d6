"""A French stationer: e-mail and password on two pages, order cards, a banner over everything."""

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
    sheet,
    signed_in,
    visitor,
)

EMAIL, PASSWORD = "camille.moreau@exemple.fr", "Encre&Plume-1897"
PER_PAGE = 4
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
ARTICLES = ("Carnet Leuchtturm A5", "Encre bleu nuit 50 ml", "Stylo plume Safari", "Papier vergé")

ORDERS = ledger(
    "Papeterie Lumière SARL",
    "Facture",
    "EUR",
    """
    FR-2501-4429  2025-01-03  1427.54
    FR-2410-4414  2024-10-20  234.64
    FR-2409-4374  2024-09-26  1806.76
    FR-2409-4348  2024-09-03  69.07  -
    FR-2408-4322  2024-08-03  312.13
    FR-2406-4293  2024-06-23  86.50
    FR-2404-4258  2024-04-15  69.67
    FR-2404-4223  2024-04-15  38.61
    FR-2404-4202  2024-04-14  47.20  -
    FR-2402-4198  2024-02-17  29.24
    FR-2401-4160  2024-01-01  74.78
    FR-2310-4144  2023-10-16  2162.47
    FR-2309-4140  2023-09-29  81.77
    FR-2308-4109  2023-08-04  199.24
    """,
)


def french_date(day: date) -> str:
    """``15 avril 2024``, ``1er mai 2024``."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def french_money(amount: Decimal) -> str:
    """``1 234,50 €``, with the narrow space that French typography asks for."""
    return f"{amount:,.2f} €".replace(",", "\u202f").replace(".", ",")


shop = Shop(
    __file__,
    "papeterie_session",
    login="/connexion",
    french_date=french_date,
    french_money=french_money,
)
router, page = shop.router, shop.page


shop.shows("home.html", "/", articles=ARTICLES)


@router.get("/connexion")
async def ask_email(request: Request) -> Response:
    return see_other("/compte") if signed_in(request) else page(request, "email.html")


@router.post("/connexion")
async def take_email(request: Request, email: Annotated[str, Form()] = "") -> Response:
    if "@" not in email:
        return page(request, "email.html", error="Veuillez saisir une adresse e-mail valide.")
    visitor(request)["email"] = email.strip()
    return see_other("/connexion/mot-de-passe")


@router.get("/connexion/mot-de-passe")
async def ask_password(request: Request) -> Response:
    return (
        page(request, "password.html") if "email" in visitor(request) else see_other("/connexion")
    )


@router.post("/connexion/mot-de-passe")
async def take_password(request: Request, motdepasse: Annotated[str, Form()] = "") -> Response:
    if (visitor(request).get("email"), motdepasse) != (EMAIL, PASSWORD):
        return page(request, "password.html", error="Adresse e-mail ou mot de passe incorrect.")
    visitor(request)["signed_in"] = True
    return see_other("/compte")


shop.signs_out("/deconnexion")
shop.shows("account.html", "/compte", members=True)


@router.get("/compte/commandes", dependencies=[shop.members])
async def orders(request: Request, p: int = 1) -> Response:
    shown, last = sheet(ORDERS, p, PER_PAGE)
    return page(request, "orders.html", orders=shown, p=p, last=last, articles=ARTICLES)


@router.get("/compte/commandes/{order_id}", dependencies=[shop.members])
async def order_detail(request: Request, order_id: str) -> Response:
    return page(request, "order.html", order=ordered(ORDERS, order_id), articles=ARTICLES)


@router.get("/compte/facture/{order_id}")
async def invoice(request: Request, order_id: str) -> Response:
    order = invoiced(request, ORDERS, order_id)
    return pdf(order.invoice_pdf, f'attachment; filename="Facture_{order_id}.pdf"')


shop.regrets("/panier/racheter/{order_id}", after="/compte/commandes")
shop.regrets("/newsletter", after="/")
shop.shows("empty.html", "/recherche", "/panier", "/compte/{rest}")
shop.shows("contact.html", "/contact")


PORTAL = Portal(
    name="papeterie",
    description=(
        "French; cookie banner over the page, e-mail and password on two pages, order cards made "
        "of div elements, four to a page with 'Suivant'"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("bonjour@papeterie-lumiere.example",),
)
