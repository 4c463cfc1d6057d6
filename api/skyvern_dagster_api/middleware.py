"""Around every request: the body's limit, the access log, the metrics."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skyvern_dagster_api.metrics import Metrics

access_log = logging.getLogger("skyvern_dagster_api.access")


class _TooLargeError(Exception):
    """The body is larger than the limit."""


class BodyLimit:
    """Refuses a body that is too large, before it is read where its length is told.

    Args:
        app: What comes after.
        most: Bytes.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Request(scope).headers.get("content-length", "")
        if told.isdecimal() and int(told) > self._most:
            await self._refusal()(scope, receive, send)
            return
        count = 0
        started = False

        async def counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > self._most:
                raise _TooLargeError
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _TooLargeError:
            if started:
                raise
            await self._refusal()(scope, receive, send)

    def _refusal(self) -> JSONResponse:
        detail = f"The body is larger than {self._most} bytes (SKYVERN_API_MAX_BODY_BYTES)"
        return JSONResponse({"detail": detail}, 413)


class AccessLog:
    """One JSON line per request, without query strings (they sign links) and without bodies.

    Args:
        app: What comes after.
        metrics: Counts the requests.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and writes the line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.observe(scope["method"], route, status, seconds)
            access_log.info(_line(scope, status, seconds))


def _line(scope: Scope, status: int, seconds: float) -> str:
    state = scope.get("state", {})
    parameters = scope.get("path_params", {})
    fields = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(seconds * 1000, 1),
        "organization_id": state.get("organization_id"),
        "api_key_id": state.get("api_key_id"),
        "run_id": state.get("run_id") or parameters.get("run_id"),
    }
    return json.dumps({key: value for key, value in fields.items() if value is not None})
