"""Signatures of webhooks: making them here, and verifying them in a receiver.

Two schemes, both HMAC-SHA256 with the API key that the run was started with
(docs/contract.md#signatures):

* ``v0``, as Skyvern's first documents and Slack's page on verifying requests describe it: over
  ``v0:{timestamp}:{body}``, written ``v0=<hex>``. It covers the time, so that a message can't be
  sent again later.
* ``body``: over the body alone, written as bare hex. What today's Skyvern clients verify.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from typing import Literal, assert_never

from skyvern_dagster.errors import OutgoingError

Scheme = Literal["v0", "body"]

SIGNATURE_HEADER = "x-skyvern-signature"
TIMESTAMP_HEADER = "x-skyvern-timestamp"
IDEMPOTENCY_HEADER = "x-skyvern-idempotency-key"
SCHEME_HEADERS: dict[Scheme, str] = {
    "v0": "x-skyvern-signature-v0",
    "body": "x-skyvern-signature-body",
}
"""Where the scheme goes that is not in ``x-skyvern-signature``."""

TOLERANCE_SECONDS = 300
"""How old, or how far ahead, a message may be (Slack's page: five minutes)."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def sign(key: str, body: bytes, *, timestamp: int, scheme: Scheme = "v0") -> str:
    """The signature of a body.

    Args:
        key: The API key.
        body: The bytes that are sent.
        timestamp: Unix seconds, as in the header ``x-skyvern-timestamp``.

    Raises:
        OutgoingError: The key is empty: anybody could sign with it.
    """
    if not key.strip():
        raise OutgoingError("the key to sign with is empty: give the API key of the run's request")
    match scheme:
        case "v0":
            return "v0=" + _hmac(key, b"v0:%d:%b" % (timestamp, body))
        case "body":
            return _hmac(key, body)
        case _:
            assert_never(scheme)


def signed_headers(
    key: str, body: bytes, *, timestamp: int, default: Scheme = "v0"
) -> dict[str, str]:
    """The headers of a signed request: both schemes, the default one in the main header.

    Raises:
        OutgoingError: The key is empty.
    """
    other: Scheme = "body" if default == "v0" else "v0"
    return {
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: sign(key, body, timestamp=timestamp, scheme=default),
        SCHEME_HEADERS[other]: sign(key, body, timestamp=timestamp, scheme=other),
    }


def verify(
    key: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    scheme: Scheme = "v0",
    now: float | None = None,
    tolerance: float = TOLERANCE_SECONDS,
) -> bool:
    """Whether a received webhook is genuine; for receivers.

    Args:
        key: The API key that the run was started with.
        body: The bytes as they came, before anything has parsed them.
        headers: Of the request, in any case of letters.
        scheme: ``body`` doesn't cover the time: such a message could be an old one sent again.
        now: Unix seconds; the clock's by default.
        tolerance: Seconds that the message's time may be off.

    Raises:
        OutgoingError: The key is empty; a receiver without its key must not take anything.
    """
    if not key.strip():
        raise OutgoingError("the key to verify with is empty: give the API key of the run")
    given = {name.lower(): value for name, value in headers.items()}
    stamp = given.get(TIMESTAMP_HEADER, "")
    if not _TIMESTAMP.fullmatch(stamp):
        return False
    if abs((time.time() if now is None else now) - int(stamp)) > tolerance:
        return False
    expected = sign(key, body, timestamp=int(stamp), scheme=scheme).encode()
    signatures = (given.get(name) for name in (SIGNATURE_HEADER, SCHEME_HEADERS[scheme]))
    matches = [
        hmac.compare_digest(expected, each.encode(errors="replace")) for each in signatures if each
    ]
    return any(matches)


def _hmac(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
