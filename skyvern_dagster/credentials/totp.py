"""One-time codes from the secret that a site gives out for authenticator apps."""

from __future__ import annotations

import base64
import re

_LONGEST_PADDED_KEY = 20
"""Bytes: 160 bits, the length that RFC 4226 (4) recommends, and above pyotp's 112."""


def clean_secret(secret: str) -> str:
    """The secret as sites mean it: they show it in groups, in small letters, with padding."""
    return re.sub(r"[\s=-]", "", secret).upper()


def one_time_code(secret: str, at: float | None = None) -> str:
    """The six digits for a moment.

    Args:
        secret: Base32.
        at: Seconds since 1970; now by default.

    Raises:
        ValueError: The secret is not base32.
    """
    import pyotp  # here, so that `import skyvern_dagster` stays quick

    cleaned = clean_secret(secret)
    key = base64.b32decode(cleaned + "=" * (-len(cleaned) % 8))
    if not key:
        raise ValueError("the secret is empty")
    # pyotp refuses keys under 112 bits, but many sites give out 80. HMAC fills a short key up with
    # zeros, so that a key with zeros at its end makes the same codes.
    code = pyotp.TOTP(base64.b32encode(key.ljust(_LONGEST_PADDED_KEY, b"\0")).decode())
    return code.now() if at is None else code.at(at)
