"""What every shop stands on: an app with visitor sessions, pages from templates, mishaps.

A shop is a :class:`Shop` with the routes that all of them have (fixed pages, signing in and out,
what nobody asked for), and its own routes on ``shop.router``.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from tests.shops.portal import PortalOrder

MISHAPS_PATH = "/-/mishaps"


def open_shop(router: APIRouter, cookie: str) -> FastAPI:
    """A fresh app with these routes, which knows its visitors by this cookie.

    Things that nobody asked for (a return, a reorder, a deleted account) are listed as JSON at
    ``MISHAPS_PATH``, so that a test can tell a clean visit from a lucky one.
    """
    app = FastAPI(openapi_url=None)
    app.state.visitors = {}
    app.state.mishaps = []

    @app.middleware("http")
    async def know_visitor(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        token = request.cookies.get(cookie, "")
        fresh = token not in app.state.visitors
        token = secrets.token_urlsafe(12) if fresh else token
        request.state.visitor = app.state.visitors.setdefault(token, {})
        response = await call_next(request)
        if fresh:
            response.set_cookie(cookie, token, httponly=True, samesite="lax")
        return response

    @app.get(MISHAPS_PATH)
    async def list_mishaps() -> list[str]:
        return cast("list[str]", app.state.mishaps)

    app.include_router(router)
    return app


def visitor(request: Request) -> dict[str, Any]:
    """What the shop remembers about this visitor."""
    return cast("dict[str, Any]", request.state.visitor)


def signed_in(request: Request) -> bool:
    """Whether this visitor has signed in."""
    return bool(visitor(request).get("signed_in"))


def mishap(request: Request, what: str) -> None:
    """Notes that somebody did what no test ever asks for."""
    request.app.state.mishaps.append(what)


def see_other(path: str) -> Response:
    """Sends the browser on to another page."""
    return RedirectResponse(path, status_code=303)


def ordered(orders: tuple[PortalOrder, ...], order_id: str) -> PortalOrder:
    """The order with this number, else "not found"."""
    for order in orders:
        if order.order_id == order_id:
            return order
    raise HTTPException(404)


def invoiced(request: Request, orders: tuple[PortalOrder, ...], order_id: str) -> PortalOrder:
    """The same, for a signed-in visitor and an order that has an invoice."""
    order = ordered(orders, order_id)
    if not signed_in(request) or not order.has_invoice:
        raise HTTPException(404)
    return order


def pdf(data: bytes, disposition: str, media_type: str = "application/pdf") -> Response:
    """A PDF, with this ``Content-Disposition`` (none when empty)."""
    headers = {"Content-Disposition": disposition} if disposition else {}
    return Response(data, media_type=media_type, headers=headers)


class Pages:
    """The templates of one shop."""

    def __init__(self, folder: Path, **filters: Callable[..., str]) -> None:
        self._templates = Jinja2Templates(directory=folder / "templates")
        self._templates.env.filters.update(filters)

    def __call__(
        self, request: Request, template: str, status_code: int = 200, **context: object
    ) -> Response:
        """Renders a page; every template knows ``signed_in`` and the visitor."""
        context |= {"signed_in": signed_in(request), "visitor": visitor(request)}
        return self._templates.TemplateResponse(request, template, context, status_code=status_code)


class Shop:
    """A shop's routes and pages.

    Args:
        file: The shop's module, ``__file__``: its templates lie beside it.
        cookie: By which it knows its visitors.
        login: Where somebody is sent who must sign in first.
        filters: Of its templates.
    """

    def __init__(
        self, file: str, cookie: str, *, login: str = "/", **filters: Callable[..., str]
    ) -> None:
        self.router = APIRouter()
        self.page = Pages(Path(file).parent, **filters)
        self.members = Depends(self._let_in)
        """A dependency for routes that only signed-in visitors may open."""
        self._cookie = cookie
        self._login = login

    def app(self) -> FastAPI:
        """A fresh shop, with nobody signed in."""
        return open_shop(self.router, self._cookie)

    def shows(self, template: str, *paths: str, members: bool = False, **context: object) -> None:
        """Pages that hold always the same; the template knows the path's parameters."""

        async def shown(request: Request) -> Response:
            return self.page(request, template, 200, **request.path_params, **context)

        for path in paths:
            self.router.add_api_route(
                path, shown, response_model=None, dependencies=[self.members] if members else []
            )

    def signs_in(
        self,
        path: str,
        fields: tuple[str, str],
        account: tuple[str, str],
        *,
        after: str,
        template: str = "login.html",
        status_code: int = 200,
        **wrong: object,
    ) -> None:
        """Takes a form with name and password.

        Args:
            path: Where the form is sent.
            fields: Their names in the form.
            account: The right ones.
            after: Where the visitor gets with them.
            template: Shown again with others, as are the next two.
            status_code: Of that page.
            wrong: What it knows beside.
        """

        async def sign_in(request: Request) -> Response:
            form = await request.form()
            name, password = (str(form.get(field, "")) for field in fields)
            if (name.strip(), password) != account:
                return self.page(request, template, status_code, **wrong)
            visitor(request)["signed_in"] = True
            return see_other(after)

        self.router.add_api_route(path, sign_in, methods=["POST"], response_model=None)

    def signs_out(self, path: str) -> None:
        """Forgets who the visitor is."""

        async def sign_out(request: Request) -> Response:
            visitor(request).clear()
            return see_other("/")

        self.router.add_api_route(path, sign_out, response_model=None)

    def regrets(self, path: str, *, after: str) -> None:
        """Something that no test ever asks for; noted with the path it was done at."""

        async def regret(request: Request) -> Response:
            mishap(request, request.url.path)
            return see_other(after)

        self.router.add_api_route(path, regret, methods=["POST"], response_model=None)

    def _let_in(self, request: Request) -> None:
        if not signed_in(request):
            raise HTTPException(303, headers={"Location": self._login})


def sheet(
    orders: tuple[PortalOrder, ...], number: int, per_page: int
) -> tuple[tuple[PortalOrder, ...], int]:
    """The orders on a numbered page, from 1, and the number of the last page."""
    last = max(1, -(-len(orders) // per_page))
    return orders[(number - 1) * per_page : number * per_page], last


def with_comma(amount: Decimal) -> str:
    """``1.234,50``, as most of Europe writes it."""
    return f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
