"""The access log: one JSON line per request, on standard output; and the metrics of requests."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skyvern_dagster_api.metrics import Metrics

LOGGER = "skyvern_dagster_api.access"

_lines = logging.getLogger(LOGGER)


def write_to_stdout() -> None:
    """Has the lines written, unless whoever serves the shim has set the logger up otherwise."""
    if _lines.level == logging.NOTSET:
        _lines.setLevel(logging.INFO)
    if _lines.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    _lines.addHandler(handler)
    _lines.propagate = False


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
            _lines.info(_line(scope, status, seconds))


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
