"""A shop that is far away: each answer comes later, as over a slow line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass
class Latency:
    """Seconds by which each answer comes later; may be changed while the shop is up."""

    seconds: float = 0.0


class LatencyMiddleware:
    """Plain ASGI middleware that keeps requests waiting."""

    def __init__(self, app: ASGIApp, latency: Latency) -> None:
        self._app = app
        self._latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, later."""
        if self._latency.seconds:
            await asyncio.sleep(self._latency.seconds)
        await self._app(scope, receive, send)
