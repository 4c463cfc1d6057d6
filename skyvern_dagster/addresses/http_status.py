"""What the status of an HTTP answer says, also where HTTP has no name for it (Cloudflare's 520)."""

from __future__ import annotations

from http import HTTPStatus

_ABOUT_THE_MOMENT = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Answers of the 4xx class that are about the moment, not about the request."""


def is_success(status: int) -> bool:
    """Whether the server did what it was asked: any 2xx."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def is_redirect(status: int) -> bool:
    """Whether the server may name another address: any 3xx."""
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST


def is_error(status: int) -> bool:
    """Whether the server refused, or couldn't: 400 and above."""
    return status >= HTTPStatus.BAD_REQUEST


def is_server_error(status: int) -> bool:
    """Whether the server is at fault, and not who asks: 500 and above."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def may_pass(status: int) -> bool:
    """Whether the same request may be answered otherwise later: 408, 425, 429 and 5xx."""
    return is_server_error(status) or status in _ABOUT_THE_MOMENT
