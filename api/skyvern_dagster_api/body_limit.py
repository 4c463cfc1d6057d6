"""How large a body may be."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Refuses a body that is too large, before it is read where its length is told.

    Args:
        app: What comes after.
        most: Bytes.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._detail = f"The body is larger than {most} bytes (SKYVERN_API_MAX_BODY_BYTES)"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Request(scope).headers.get("content-length", "")
        if told.isdecimal() and int(told) > self._most:
            await JSONResponse({"detail": self._detail}, 413)(scope, receive, send)
            return
        count = 0

        async def counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > self._most:
                # The route is reading: what it raises is answered as everything else there is.
                raise HTTPException(413, self._detail)
            return message

        await self._app(scope, counted, send)
