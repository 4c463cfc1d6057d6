"""A Spanish hardware shop: orders fold out, numbers hold a slash, the menu needs a hover."""

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
    with_comma,
)

EMAIL, PASSWORD = "lucia.ferrer@correo.example", "Tornillo¿M8?"
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
GOODS = ("Taladro percutor 750 W", "Juego de llaves Allen", "Pintura plástica blanca 15 L")

ORDERS = ledger(
    "Suministros La Tuerca S.L.",
    "Factura del pedido",
    "EUR",
    """
    P2025/847  2025-01-08  85.11
    P2024/813  2024-12-29  160.76
    P2024/781  2024-12-08  546.55
    P2024/742  2024-11-14  245.36
    P2024/723  2024-09-15  26.64
    P2024/686  2024-08-29  76.85  -
    P2024/655  2024-05-06  39.83
    P2024/632  2024-04-15  58.57
    P2024/598  2024-04-14  299.94
    P2024/567  2024-02-26  84.76
    P2024/564  2024-02-10  652.59
    P2024/527  2024-01-04  269.14
    """,
)


def spanish_date(day: date) -> str:
    """``15 de abril de 2024``."""
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def spanish_money(amount: Decimal) -> str:
    """``1.234,50 €``."""
    return f"{with_comma(amount)} €"


shop = Shop(
    __file__, "tuerca", login="/acceso", spanish_date=spanish_date, spanish_money=spanish_money
)
router, page = shop.router, shop.page


shop.shows("home.html", "/", goods=GOODS)
shop.shows("login.html", "/acceso")
shop.signs_in("/acceso", ("correo", "clave"), (EMAIL, PASSWORD), after="/cuenta", mal=True)
shop.signs_out("/salir")
shop.shows("account.html", "/cuenta", members=True)


@router.get("/cuenta/pedidos", dependencies=[shop.members])
async def orders(request: Request) -> Response:
    return page(request, "orders.html", orders=ORDERS, goods=GOODS)


@router.get("/cuenta/documento")
async def document(request: Request, pedido: str, tipo: str) -> Response:
    if tipo == "factura":
        data = invoiced(request, ORDERS, pedido).invoice_pdf
    else:
        data = paper([f"Albarán {pedido}"], ordered(ORDERS, pedido).order_date)
    return pdf(data, f'attachment; filename="{tipo}.pdf"')


shop.regrets("/cuenta/devolucion", after="/cuenta/pedidos")
shop.shows("contact.html", "/contacto")
shop.shows("other.html", "/p/{name}")


PORTAL = Portal(
    name="ferreteria",
    description=(
        "Spanish; account menu on hover, orders as closed details elements, order numbers with a "
        "slash, dates '15 de abril de 2024', delivery note beside the invoice"
    ),
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("pedidos@latuerca.example",),
)
