"""Clients that take their time: their connections are closed, so that others find room.

uvicorn waits for ever for the rest of a request, and for a client to read its answer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADER_SECONDS = 15.0
"""For a request's line and headers, and for a connection without any. Arbitrary: a client on a bad
line needs two; whoever opens a thousand connections is rid of soon."""

BODY_SECONDS = 30.0
"""Without a byte of a body. Arbitrary, as long as proxies wait."""

SLOWEST_BYTES = 1_000.0
"""A second, over a whole body: ten megabytes take three hours at most, and a small one no longer
than its first wait."""

ANSWER_SECONDS = 60.0
"""For a client to take a part of an answer. Arbitrary."""


class SlowClients:
    """Limits how long a body may take.

    Args:
        app: What comes after.
        body_seconds: Without a byte.
        slowest_bytes: A second.
    """

    def __init__(
        self,
        app: ASGIApp,
        body_seconds: float = BODY_SECONDS,
        slowest_bytes: float = SLOWEST_BYTES,
    ) -> None:
        self._app = app
        self._body_seconds = body_seconds
        self._slowest_bytes = slowest_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, with a clock beside it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        began, count, is_whole = loop.time(), 0, False

        async def awaited() -> Message:
            nonlocal count, is_whole
            if is_whole:  # what comes now is that the client has gone
                return await receive()
            left = began + self._body_seconds + count / self._slowest_bytes - loop.time()
            try:
                async with asyncio.timeout(min(self._body_seconds, left)):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(
                    408, "The request's body came too slowly", headers={"Connection": "close"}
                ) from error
            count += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            return message

        await self._app(scope, awaited, send)


class PromptProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, which closes connections whose clients don't send, or don't read."""

    header_seconds = HEADER_SECONDS
    answer_seconds = ANSWER_SECONDS

    def connection_made(self, transport: Any) -> None:
        """A client is there."""
        super().connection_made(transport)
        self._header_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        """A part of a request, or of several."""
        super().data_received(data)
        if self._is_answering():
            self._stop_timer()
        else:
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop_timer()
        self._stop_answer_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client doesn't take what there is for it."""
        super().pause_writing()
        self._stop_answer_timer()
        self._answer_timer = self.loop.call_later(self.answer_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It has taken it."""
        self._stop_answer_timer()
        super().resume_writing()

    def _stop_answer_timer(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_request(self) -> None:
        if self._header_timer is None:
            self._header_timer = self.loop.call_later(self.header_seconds, self._close_idle)

    def _stop_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _close_idle(self) -> None:
        self._header_timer = None
        if not self._is_answering():
            self.transport.abort()
