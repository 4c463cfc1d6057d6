"""What a session's pages requested, as HAR 1.2 without bodies of answers and without cookies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Request, Response

_MOST_ENTRIES = 1_000
"""Of a block; arbitrary: a bound on what a page that polls leaves behind."""
_LONGEST_BODY = 10_000
"""Characters of a request's body: forms fit, files don't. Arbitrary."""
_HIDDEN = frozenset(
    {"cookie", "set-cookie", "authorization", "proxy-authorization", "x-api-key", "x-auth-token",
     "x-csrf-token", "x-xsrf-token"}
)  # fmt: skip
_MASK = "*****"


class HarLog:
    """Listens to a context; :meth:`take` gives what has come since the last time."""

    def __init__(self, context: BrowserContext) -> None:
        self._entries: dict[Request, Response | None] = {}
        self._dropped = 0
        self._hidden = _HIDDEN
        context.on("request", self._on_request)
        context.on("response", self._on_response)

    def hide(self, names: Iterable[str]) -> None:
        """From now on, the content of these headers isn't kept."""
        self._hidden |= {name.lower() for name in names}

    def take(self) -> dict[str, Any] | None:
        """The requests so far as a HAR document, and none of them again; ``None`` without any.

        Addresses, headers and forms may still hold secrets that were typed: redact it before it is
        kept.
        """
        entries, dropped = self._entries, self._dropped
        self._entries, self._dropped = {}, 0
        if not entries:
            return None
        log: dict[str, Any] = {
            "version": "1.2",
            "creator": {"name": "skyvern-dagster", "version": "1"},
            "pages": [],
            "entries": [
                _entry(request, response, self._hidden) for request, response in entries.items()
            ],
        }
        if dropped:
            log["comment"] = f"{dropped} more requests left out"
        return {"log": log}

    def _on_request(self, request: Request) -> None:
        if len(self._entries) >= _MOST_ENTRIES:
            self._dropped += 1
        elif request.url.startswith(("http:", "https:")):
            self._entries[request] = None

    def _on_response(self, response: Response) -> None:
        if response.request in self._entries:
            self._entries[response.request] = response


def _entry(request: Request, response: Response | None, hidden: frozenset[str]) -> dict[str, Any]:
    timing = request.timing
    waited = max(timing["responseStart"], 0)
    took = max(timing["responseEnd"], waited, 0)
    started = datetime.fromtimestamp(max(timing["startTime"], 0) / 1000, UTC)
    return {
        "startedDateTime": started.isoformat(),
        "time": took,
        "request": _request(request, hidden),
        "response": _response(request, response, hidden),
        "cache": {},
        "timings": {"send": 0, "wait": waited, "receive": took - waited},
        "_resourceType": request.resource_type,
    }


def _request(request: Request, hidden: frozenset[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "",
        "cookies": [],
        "headers": _headers(request.headers, hidden),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": len(request.post_data_buffer or b""),
    }
    if body := request.post_data_buffer:
        # Never a part: it could end in the middle of a secret, which then nobody recognizes.
        is_kept = len(body) <= _LONGEST_BODY
        shown["postData"] = {
            "mimeType": request.headers.get("content-type", ""),
            "text": body.decode(errors="replace") if is_kept else "",
        }
    return shown


def _response(
    request: Request, response: Response | None, hidden: frozenset[str]
) -> dict[str, Any]:
    headers: Mapping[str, str] = response.headers if response is not None else {}
    size = headers.get("content-length", "")
    return {
        "status": response.status if response is not None else 0,
        "statusText": response.status_text if response is not None else "",
        "httpVersion": "",
        "cookies": [],
        "headers": _headers(headers, hidden),
        "content": {
            "size": int(size) if size.isdecimal() else -1,
            "mimeType": headers.get("content-type", ""),
            "comment": "not kept",
        },
        "redirectURL": headers.get("location", ""),
        "headersSize": -1,
        "bodySize": -1,
        **({"_error": request.failure} if request.failure else {}),
    }


def _headers(headers: Mapping[str, str], hidden: frozenset[str]) -> Iterable[dict[str, str]]:
    return [
        {"name": name, "value": _MASK if name.lower() in hidden else value}
        for name, value in headers.items()
    ]
