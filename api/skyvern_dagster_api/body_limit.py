"""How large a body may be."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


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
