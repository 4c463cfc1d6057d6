from __future__ import annotations

import base64
import hashlib
import hmac
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.credentials.totp import one_time_code
from tests.laws import LAW

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


def by_the_book(key: bytes, at: int) -> str:
    """RFC 6238 on top of RFC 4226, written down."""
    digest = hmac.new(key, struct.pack(">Q", at // 30), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_the_examples_of_the_rfc(at: int, code: str) -> None:
    assert one_time_code(RFC_SECRET, at) == code


@LAW
@given(st.binary(min_size=1, max_size=64), st.integers(0, 2**34))
def test_secrets_of_any_length(key: bytes, at: int) -> None:
    secret = base64.b32encode(key).decode()
    for form in (secret, secret.rstrip("="), secret.lower(), " ".join(secret), f"-{secret}"):
        assert one_time_code(form, at) == by_the_book(key, at)


@pytest.mark.parametrize("secret", ["", "=", "0189", "A", "ABC", "höß", "JBSWY3DP!"])
def test_what_is_no_secret(secret: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        one_time_code(secret)
