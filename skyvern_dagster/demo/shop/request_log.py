"""What was asked of the demo shop, and how long the answers took."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class LoggedRequest:
    """One answered request.

    Attributes:
        arrived: By this process's ``time.perf_counter``.
        seconds: From its arrival to the last byte of the answer.
    """

    method: str
    path: str
    query: str
    status: int
    arrived: float
    seconds: float


class RequestLog:
    """All requests of one shop instance, oldest first; may be read from any thread."""

    def __init__(self) -> None:
        self._requests: list[LoggedRequest] = []

    def add(self, request: LoggedRequest) -> None:
        """Notes a request."""
        self._requests.append(request)

    def clear(self) -> None:
        """Forgets everything so far, for instance before something is measured."""
        self._requests.clear()

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """The requests so far."""
        return tuple(self._requests)

    @property
    def seconds(self) -> float:
        """Time spent in the shop, summed over all requests."""
        return sum(request.seconds for request in self.requests)


class RequestLogMiddleware:
    """Plain ASGI middleware that fills a :class:`RequestLog`."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and notes its status and duration."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = perf_counter()
        try:
            await self._app(scope, receive, note_status)
        finally:
            self._log.add(
                LoggedRequest(
                    method=scope["method"],
                    path=scope["path"],
                    query=scope["query_string"].decode("latin-1"),
                    status=status,
                    arrived=started,
                    seconds=perf_counter() - started,
                )
            )
