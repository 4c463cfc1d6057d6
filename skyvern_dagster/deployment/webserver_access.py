"""Who may ask Dagster's webserver something, which itself answers whoever reaches it.

Dagster carries out GraphQL mutations sent by GET, for any ``Host`` and ``Origin``: a picture on any
page that the operator's browser shows could delete runs, and a name that resolves to this machine
could read them. What is checked here, before Dagster sees a request:

- ``Host``: an address, ``localhost``, this machine's name, or one that the operator has listed
  (otherwise it is a name that somebody has pointed here: DNS rebinding);
- where it comes from: pages of this server only (``Origin``, Fetch Metadata), but for links to it;
- GraphQL by ``POST`` with JSON only, which pages elsewhere can't send unasked;
- a token, where the webserver can be reached from elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.websockets import WebSocket

from skyvern_dagster.addresses.url import parse_url

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "skyvern_dagster"
LOGIN = "/skyvern-login"
"""Where the form of the page that asks for the token is sent."""

_GRAPHQL_TYPES = ("application/json", "application/graphql")
_SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class WebserverAccess:
    """What is let through.

    Attributes:
        hosts: Names, beside addresses, ``localhost`` and this machine's own, that it is reached by.
        token: What clients must know; empty where only this machine reaches it.
    """

    hosts: frozenset[str] = frozenset()
    token: str = ""

    def knows_host(self, host: str) -> bool:
        """Whether a ``Host`` header names this server."""
        name = _name(host)
        if not name:
            return False
        known = {"localhost", socket.gethostname().lower(), *self.hosts}
        return name in known or name.endswith(".localhost") or _is_address(name)

    @cached_property
    def cookie(self) -> str:
        """What a browser that has given the token is given: not the token itself."""
        return hmac.new(self.token.encode(), b"cookie", hashlib.sha256).hexdigest()

    def is_token(self, given: str) -> bool:
        """Whether somebody knows the token."""
        return hmac.compare_digest(given.encode(), self.token.encode())

    def is_let_in(self, connection: HTTPConnection) -> bool:
        """Whether a request carries the token, or the cookie that stands for it."""
        if not self.token:
            return True
        cookie = connection.cookies.get(COOKIE, "")
        if hmac.compare_digest(cookie.encode(), self.cookie.encode()):
            return True
        return self.is_token(_authorization(connection.headers))


@dataclass(frozen=True)
class Refusal:
    """Why a request isn't let through."""

    status: int
    reason: str


class GuardedWebserver:
    """Dagster's webserver behind these checks.

    Args:
        app: Dagster's.
        access: What is let through.
    """

    def __init__(self, app: ASGIApp, access: WebserverAccess) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what isn't let through, and hands the rest to Dagster's application."""
        match scope["type"]:
            case "http":
                response = await self._before(Request(scope, receive))
                if response is None:
                    await self._app(scope, receive, _framed_by_itself_only(send))
                else:
                    await response(scope, receive, send)
            case "websocket":
                connection = HTTPConnection(scope)
                refused = _misdirected(connection, self._access) or _from_elsewhere(connection)
                if refused is None and self._access.is_let_in(connection):
                    await self._app(scope, receive, send)
                else:  # before it is accepted, this is an answer with status 403
                    await WebSocket(scope, receive, send).close()
            case _:
                await self._app(scope, receive, send)

    async def _before(self, request: Request) -> Response | None:
        """The answer to a request that doesn't reach Dagster."""
        refused = (
            _misdirected(request, self._access) or _from_elsewhere(request) or _not_as_json(request)
        )
        if refused is not None:
            return JSONResponse({"detail": refused.reason}, refused.status)
        if not self._access.token:
            return None
        if request.method == "POST" and request.url.path == LOGIN:
            return await self._logged_in(request)
        if self._access.is_let_in(request):
            return None
        if self._access.is_token(request.query_params.get("token", "")):
            return self._entered(request, _without_token(request))
        return _asks_for_the_token(request)

    async def _logged_in(self, request: Request) -> Response:
        given = dict(parse_qsl((await request.body())[:4096].decode(errors="replace")))
        if self._access.is_token(given.get("token", "")):
            return self._entered(request, "/")
        return _asks_for_the_token(request)

    def _entered(self, request: Request, place: str) -> Response:
        response = RedirectResponse(place, status_code=303)
        secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        response.set_cookie(
            COOKIE, self._access.cookie, httponly=True, samesite="lax", secure=secure
        )
        return response


def _misdirected(connection: HTTPConnection, access: WebserverAccess) -> Refusal | None:
    host = connection.headers.get("host", "")
    if access.knows_host(host):
        return None
    return Refusal(
        421, f"this server isn't known as {host!r}: name it in SKYVERN_DAGSTER_HOSTS if it is"
    )


def _from_elsewhere(connection: HTTPConnection) -> Refusal | None:
    """Whether a page of another server asks; links to this one may be followed."""
    headers = connection.headers
    refusal = Refusal(403, "pages of other servers can't use Dagster's webserver")
    site = headers.get("sec-fetch-site", "none")
    method = connection.scope.get("method", "")
    if site in ("cross-site", "same-site"):
        is_link = headers.get("sec-fetch-mode") == "navigate" and method in _SAFE
        is_page = headers.get("sec-fetch-dest", "document") == "document"
        if not (is_link and is_page):
            return refusal
    origin = headers.get("origin")
    if origin is None or method in _SAFE:
        return None
    return None if _is_of(origin, headers.get("host", "")) else refusal


def _not_as_json(request: Request) -> Refusal | None:
    if not request.url.path.rstrip("/").endswith("/graphql"):
        return None
    if request.method == "POST":
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return None if kind in _GRAPHQL_TYPES else Refusal(415, "GraphQL is taken as JSON only")
    asks = "query" in request.query_params
    if asks or "text/html" not in request.headers.get("accept", ""):
        return Refusal(405, "GraphQL is taken by POST only")
    return None


def _asks_for_the_token(request: Request) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(
            {"detail": "the token of Dagster's webserver is needed: Authorization: Bearer ..."},
            401,
            {"www-authenticate": "Bearer"},
        )
    page = resources.files("skyvern_dagster.deployment").joinpath("login.html")
    text = page.read_text(encoding="utf-8").replace("{{ action }}", LOGIN)
    return HTMLResponse(text, 401, {"cache-control": "no-store", "x-frame-options": "DENY"})


def _framed_by_itself_only(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("x-frame-options", "SAMEORIGIN")
        await send(message)

    return sent


def _authorization(headers: Mapping[str, str]) -> str:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                return b64decode(value, validate=True).decode().partition(":")[2]
            except ValueError:
                return ""
        case _:
            return ""


def _without_token(request: Request) -> str:
    left = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
    # One slash: "//host/" would be another server's address.
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{urlencode(left)}" if left else path


def _is_of(origin: str, host: str) -> bool:
    """Whether an origin is this server; a proxy before it may speak https for it."""
    address = parse_url(origin)
    if address is None:
        return False
    return any(
        asked is not None and asked.origin == address.origin
        for asked in (parse_url(f"http://{host}/"), parse_url(f"https://{host}/"))
    )


def _name(host: str) -> str:
    address = parse_url(f"http://{host}/") if host else None
    if address is None or address.has_login or address.path != "/":
        return ""
    return address.host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
