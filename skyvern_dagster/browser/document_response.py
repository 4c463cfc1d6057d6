"""A document's response as the DevTools protocol pauses it: page or file?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from skyvern_dagster.addresses.http_status import is_redirect, is_success
from skyvern_dagster.browser import file_content

EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT)
"""Answers that leave the page as it is."""
VIEWER_TYPES = ("application/pdf", "application/x-pdf", "text/pdf")
"""What Chromium shows in its viewer instead of saving it."""

PROXY_NAME = "skyvern-dagster"
"""How our proxy calls itself in ``Proxy-Status`` (RFC 9209)."""

_PROXY_ERRORS = {
    "destination_ip_prohibited": "BlockedByClient",
    "dns_error": "NameNotResolved",
    "connection_refused": "ConnectionRefused",
    "connection_timeout": "TimedOut",
    "connection_terminated": "ConnectionClosed",
}
_SHOWN_TYPES = (
    "application/javascript",
    "application/json",
    "application/ld+json",
    "application/manifest+json",
    "application/xhtml+xml",
    "application/xml",
    "multipart/x-mixed-replace",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
    "text/xml",
)
_SHOWN_FAMILIES = ("image/", "audio/", "video/")
_LARGEST = 100_000_000
"""Bytes above which Chromium itself keeps the file, which it does without holding it in memory."""


@dataclass(frozen=True)
class DocumentResponse:
    """Status and headers of a document, before its body is read.

    Attributes:
        request_id: How the protocol calls it.
        frame_id: Which frame it is for; of a page's main frame, also the page's target id.
        url: Its address.
        status: HTTP status.
        headers: As they came, with repeated names.
    """

    request_id: str
    frame_id: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> DocumentResponse:
        """Reads a ``Fetch.requestPaused`` event."""
        headers = tuple((each["name"], each["value"]) for each in event.get("responseHeaders", ()))
        return cls(
            request_id=event["requestId"],
            frame_id=event.get("frameId", ""),
            url=event["request"]["url"],
            status=event["responseStatusCode"],
            headers=headers,
        )

    @property
    def content_type(self) -> str:
        """The declared MIME type, without its parameters."""
        return self._header("content-type").partition(";")[0].strip().lower()

    @property
    def opens_viewer(self) -> bool:
        """Whether Chromium would show it in its PDF viewer."""
        if not is_success(self.status):
            return False
        if not self.content_type:
            return urlsplit(self.url).path.lower().endswith(".pdf")
        return self.content_type in VIEWER_TYPES

    @property
    def proxy_error(self) -> str:
        """Why our proxy has no answer to give, as the protocol calls it; empty where it has one."""
        name, _, error = self._header("proxy-status").partition("; error=")
        return _PROXY_ERRORS.get(error, "") if name == PROXY_NAME else ""

    @property
    def redirects(self) -> bool:
        """Whether it sends the browser on, so that the next request is the one to look at."""
        return is_redirect(self.status) and bool(self._header("location"))

    @property
    def is_file(self) -> bool:
        """Whether it is for saving, not for showing (an oversized one is left to Chromium)."""
        if not is_success(self.status) or self.status in EMPTY:
            return False
        length = self._header("content-length")
        if length.isdigit() and int(length) > _LARGEST:
            return self.opens_viewer
        kind = self.content_type
        is_shown = not kind or kind in _SHOWN_TYPES or kind.startswith(_SHOWN_FAMILIES)
        is_attachment = self._header("content-disposition").lower().startswith("attachment")
        return self.opens_viewer or is_attachment or not is_shown

    @property
    def suggested_name(self) -> str:
        """The file name that it suggests."""
        disposition = self._header("content-disposition")
        return file_content.name_from_response(self.url, disposition) or "download"

    def headers_as_attachment(self) -> list[dict[str, str]]:
        """The headers of a download; ``inline; filename="x.pdf"`` keeps its file name."""
        others = [(name, value) for name, value in self.headers if name.lower() != _DISPOSITION]
        parameters = self._header(_DISPOSITION).partition(";")[2].strip()
        value = f"attachment; {parameters}" if parameters else "attachment"
        return [{"name": name, "value": text} for name, text in [*others, (_NAME, value)]]

    def _header(self, wanted: str) -> str:
        return next((value for name, value in self.headers if name.lower() == wanted), "")


_NAME = "Content-Disposition"
_DISPOSITION = _NAME.lower()
