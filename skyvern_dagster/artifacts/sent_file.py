"""How a file that came from a portal is sent to a browser."""

from __future__ import annotations

from typing import Literal

_SHOWN = ("image/", "video/", "text/plain", "application/json", "application/pdf")
"""What a browser may show; anything else is saved, so that no file of a portal runs as a page."""

_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_VIDEO = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
"""A browser shows a video in a page of its own, which loads it once more: not from a sandbox."""


def disposition(content_type: str) -> Literal["inline", "attachment"]:
    """Whether a browser shows a file, or saves it."""
    return "inline" if content_type.startswith(_SHOWN) else "attachment"


def file_headers(content_type: str) -> dict[str, str]:
    """The headers of an answer with a file, beside those of the file itself."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _VIDEO if content_type.startswith("video/") else _SANDBOX,
        "Cache-Control": "private, max-age=3600",
    }
