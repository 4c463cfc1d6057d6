"""What every shop stands on: an app with visitor sessions, pages from templates, mishaps."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, FastAPI, HTTPException, Request
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
        self, request: Request, template: str, *, status_code: int = 200, **context: object
    ) -> Response:
        """Renders a page; every template knows ``signed_in`` and the visitor."""
        context |= {"signed_in": signed_in(request), "visitor": visitor(request)}
        return self._templates.TemplateResponse(request, template, context, status_code=status_code)
