"""A club whose members have a profile and newsletters, but no order history anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import Response

from tests.shops.portal import Portal
from tests.shops.storefront import Pages, mishap, open_shop, see_other, signed_in, visitor

EMAIL, PASSWORD = "otto@tealovers.example", "Darjeeling-2ndFlush"

router = APIRouter()
page = Pages(Path(__file__).parent)


@router.get("/")
async def home(request: Request) -> Response:
    return page(request, "home.html")


@router.get("/members")
async def members(request: Request) -> Response:
    return page(request, "profile.html" if signed_in(request) else "login.html")


@router.post("/members")
async def log_in(
    request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    if (email.strip(), password) != (EMAIL, PASSWORD):
        return page(request, "login.html", wrong=True)
    visitor(request)["signed_in"] = True
    return see_other("/members")


@router.get("/members/leave")
async def leave(request: Request) -> Response:
    visitor(request).clear()
    return see_other("/")


@router.get("/members/{rest}")
async def member_page(request: Request, rest: str) -> Response:
    if not signed_in(request):
        return see_other("/members")
    return page(request, "text.html", rest=rest)


@router.post("/members/{rest}")
async def do(request: Request, rest: str) -> Response:
    mishap(request, rest)
    return see_other("/members")


@router.get("/teas")
@router.get("/contact")
async def other(request: Request) -> Response:
    return page(request, "text.html", rest="contact")


def create_app() -> FastAPI:
    """A fresh club."""
    return open_shop(router, "tea")


PORTAL = Portal(
    name="nolinks",
    description="English; login works, but the account has no orders and no page for any",
    app=create_app,
    username=EMAIL,
    password=PASSWORD,
    totp_secret=None,
    orders=(),
    contact_emails=("club@tealovers.example",),
    orders_reachable=False,
)
