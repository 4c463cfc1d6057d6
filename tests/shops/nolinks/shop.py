"""A club whose members have a profile and newsletters, but no order history anywhere."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from tests.shops.portal import Portal
from tests.shops.storefront import Shop, signed_in

EMAIL, PASSWORD = "otto@tealovers.example", "Darjeeling-2ndFlush"

shop = Shop(__file__, "tea", login="/members")
router, page = shop.router, shop.page


shop.shows("home.html", "/")


@router.get("/members")
async def members(request: Request) -> Response:
    return page(request, "profile.html" if signed_in(request) else "login.html")


shop.signs_in("/members", ("email", "password"), (EMAIL, PASSWORD), after="/members", wrong=True)
shop.signs_out("/members/leave")


@router.get("/members/{rest}", dependencies=[shop.members])
async def member_page(request: Request, rest: str) -> Response:
    return page(request, "text.html", rest=rest)


shop.regrets("/members/{rest}", after="/members")


@router.get("/teas")
@router.get("/contact")
async def other(request: Request) -> Response:
    return page(request, "text.html", rest="contact")


PORTAL = Portal(
    name="nolinks",
    description="English; login works, but the account has no orders and no page for any",
    app=shop.app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=(),
    contact_emails=("club@tealovers.example",),
    orders_reachable=False,
)
