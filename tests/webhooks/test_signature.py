"""Signatures: both schemes, against Slack's own verifier and an independent computation."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from skyvern_dagster.errors import OutgoingError
from skyvern_dagster.webhooks.signature import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    Scheme,
    sign,
    signed_headers,
    verify,
)

NOW = 1_750_000_000
BODY = '{"status":"completed","name":"Ünïcode"}'.encode()
keys = st.text(alphabet=st.characters(exclude_categories=["Cs"])).filter(lambda key: key.strip())
schemes = st.sampled_from(["v0", "body"])


class At(Clock):
    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        return self._now


def slack_accepts(key: str, body: bytes, headers: dict[str, str], now: float = NOW) -> bool:
    """Slack's header names, our values."""
    return SignatureVerifier(key, clock=At(now)).is_valid(
        body, headers[TIMESTAMP_HEADER], headers[SIGNATURE_HEADER]
    )


def test_slacks_own_example() -> None:
    """From Slack's page, which docs/contract.md#signatures goes by."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id="
        b"G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-"
        b"collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700"
        b"885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2"
        b"c447fce8b6703c"
    )
    signature = sign("8f742231b10e8888abcd99yyyzzz85a5", body, timestamp=1531420618)
    assert signature == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_slack_accepts_ours() -> None:
    assert slack_accepts("key", BODY, signed_headers("key", BODY, timestamp=NOW))


@pytest.mark.parametrize("position", [0, len(BODY) // 2, len(BODY) - 1])
def test_slack_and_we_reject_a_changed_byte(position: int) -> None:
    headers = signed_headers("key", BODY, timestamp=NOW)
    changed = bytearray(BODY)
    changed[position] ^= 1
    assert not slack_accepts("key", bytes(changed), headers)
    assert not verify("key", bytes(changed), headers, now=NOW)
    assert not verify("key", bytes(changed), headers, now=NOW, scheme="body")


@pytest.mark.parametrize("age", [301, 3600, -301])
def test_slack_and_we_reject_another_time(age: int) -> None:
    headers = signed_headers("key", BODY, timestamp=NOW)
    assert not slack_accepts("key", BODY, headers, now=NOW + age)
    assert not verify("key", BODY, headers, now=NOW + age)


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_refused(key: str) -> None:
    headers = signed_headers("key", BODY, timestamp=NOW)
    with pytest.raises(ValueError, match="empty"):
        slack_accepts(key, BODY, headers)
    with pytest.raises(OutgoingError, match="empty"):
        sign(key, BODY, timestamp=NOW)
    with pytest.raises(OutgoingError, match="empty"):
        verify(key, BODY, headers, now=NOW)


def test_a_new_time_does_not_make_an_old_message_new() -> None:
    headers = signed_headers("key", BODY, timestamp=NOW)
    later = {**headers, TIMESTAMP_HEADER: str(NOW + 3600)}
    assert not verify("key", BODY, later, now=NOW + 3600)
    assert verify("key", BODY, later, now=NOW + 3600, scheme="body")  # as documented


def test_the_body_scheme_is_what_clients_compute() -> None:
    headers = signed_headers("käy", BODY, timestamp=NOW, default="body")
    expected = hmac.new("käy".encode(), BODY, hashlib.sha256).hexdigest()
    assert headers[SIGNATURE_HEADER] == expected
    assert headers["x-skyvern-signature-v0"].startswith("v0=")


@pytest.mark.parametrize(
    "change",
    [
        {SIGNATURE_HEADER: ""},
        {SIGNATURE_HEADER: "v0="},
        {SIGNATURE_HEADER: "v0=ü"},
        {TIMESTAMP_HEADER: ""},
        {TIMESTAMP_HEADER: "soon"},
        {TIMESTAMP_HEADER: "-1"},
        {TIMESTAMP_HEADER: "９"},
        {TIMESTAMP_HEADER: "9" * 400},
    ],
)
def test_headers_that_are_none(change: dict[str, str]) -> None:
    headers = signed_headers("key", BODY, timestamp=NOW) | change
    assert not verify("key", BODY, headers, now=NOW)
    assert not verify("key", BODY, {}, now=NOW)


def test_the_clock_is_now() -> None:
    assert verify("key", BODY, signed_headers("key", BODY, timestamp=int(time.time())))


@given(key=keys, body=st.binary(), now=st.integers(0, 10**11), default=schemes, scheme=schemes)
def test_what_is_signed_verifies(
    key: str, body: bytes, now: int, default: Scheme, scheme: Scheme
) -> None:
    headers = signed_headers(key, body, timestamp=now, default=default)
    titled = {name.title(): value for name, value in headers.items()}
    assert verify(key, body, titled, now=now, scheme=scheme)


@given(key=keys, other=keys, body=st.binary(), changed=st.binary(), scheme=schemes)
def test_nothing_else_verifies(
    key: str, other: str, body: bytes, changed: bytes, scheme: Scheme
) -> None:
    headers = signed_headers(key, body, timestamp=NOW)
    assert verify(other, changed, headers, now=NOW, scheme=scheme) == (
        _hmac_key(key) == _hmac_key(other) and body == changed
    )


def _hmac_key(key: str) -> bytes:
    """HMAC fills keys up with zeros, and hashes long ones."""
    raw = key.encode()
    return (hashlib.sha256(raw).digest() if len(raw) > 64 else raw).ljust(64, b"\0")
