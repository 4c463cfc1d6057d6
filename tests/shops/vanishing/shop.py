"""A shop that lets nobody in: every attempt to sign in ends at a locked door with a CAPTCHA."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from tests.shops.ledger import ledger
from tests.shops.portal import Portal
from tests.shops.storefront import Shop, see_other, visitor

ORDERS = ledger(
    "Vanishing Point Optics",
    "Invoice",
    "USD",
    """
    VN1131  2025-01-09  449.00
    VN1098  2024-10-02  1299.00
    VN1077  2024-06-19  35.50
    VN1052  2024-04-15  399.00
    VN1049  2024-04-14  18.90
    VN1003  2024-02-01  812.40
    VN961  2023-11-24  64.00
    VN884  2023-09-08  220.75
    """,
)

shop = Shop(__file__, "vp", login="/login")
router, page = shop.router, shop.page


shop.shows("home.html", "/")


@router.get("/login")
async def ask(request: Request) -> Response:
    if "locked" in visitor(request):
        return page(request, "locked.html", status_code=429)
    return page(request, "login.html")


@router.post("/login")
async def never(request: Request) -> Response:
    visitor(request)["locked"] = True
    return page(request, "locked.html", status_code=429)


@router.get("/{rest:path}")
async def other(request: Request, rest: str) -> Response:
    return see_other("/login")


PORTAL = Portal(
    name="vanishing",
    description=(
        "English; any sign-in, also with the right password, is answered by 'Too many attempts' "
        "(429) and a CAPTCHA: the goal can't be reached"
    ),
    app=shop.app,
    username="iris@lenses.example",
    password="F/1.4-aperture",
    totp_secret=None,
    orders=ORDERS,
    contact_emails=("shop@vanishing-point.example",),
    orders_reachable=False,
)
