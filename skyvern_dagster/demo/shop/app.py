"""The demo shop as an ASGI application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from skyvern_dagster.demo.shop import account_pages, login_pages, public_pages
from skyvern_dagster.demo.shop.latency import Latency, LatencyMiddleware
from skyvern_dagster.demo.shop.rendering import render
from skyvern_dagster.demo.shop.request_log import RequestLog, RequestLogMiddleware
from skyvern_dagster.demo.shop.state import ShopState

_HEADINGS = {
    400: "That request was not understood",
    403: "That did not work",
    404: "Page not found",
    503: "Service temporarily unavailable",
}
_DETAILS = {
    400: "Please check the address and try again.",
    404: "The page has moved, or it never was. The menu above leads on.",
}


async def _error_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if "Location" in headers:
        return RedirectResponse(headers["Location"], status_code=error.status_code)
    code = error.status_code
    # Starlette puts the bare phrase ("Not Found") where no detail was given.
    said = error.detail if " " in error.detail and error.detail.endswith(".") else ""
    page = render(
        request,
        "error.html",
        status_code=code,
        code=code,
        heading=_HEADINGS.get(code, "Something went wrong"),
        detail=said or _DETAILS.get(code, "Please try again in a moment."),
    )
    page.headers.update(headers)
    return page


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await _error_page(request, HTTPException(status_code=400))


def create_shop(state: ShopState, log: RequestLog, latency: Latency) -> FastAPI:
    """Builds the application of one shop instance."""
    app = FastAPI(title="Demo shop", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.shop = state
    app.add_middleware(LatencyMiddleware, latency=latency)
    app.add_middleware(RequestLogMiddleware, log=log)
    app.add_exception_handler(HTTPException, _error_page)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    static = Path(__file__).with_name("static")
    app.mount("/static", StaticFiles(directory=static), name="static")
    for pages in (public_pages, login_pages, account_pages):
        app.include_router(pages.router)
    return app
