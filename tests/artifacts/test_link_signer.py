"""Links that can't be forged, bent to something else, or used for ever."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from skyvern_dagster.artifacts.link_signer import LinkSigner
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.errors import AccessError

SIGNER = LinkSigner("https://api.example", b"k" * 32, 600)
KEY = "runs/wr_1/downloads/fetch/may.pdf"


def parts(link: str) -> tuple[int, str]:
    query = parse_qs(urlsplit(link).query)
    return int(query["expires"][0]), query["signature"][0]


def test_a_link_of_ours() -> None:
    expires, signature = parts(SIGNER.link(KEY, "/x"))
    SIGNER.check(KEY, expires, signature)
    assert SIGNER.link(KEY, "/x") == SIGNER.link(KEY, "/x")


@pytest.mark.parametrize(
    "key",
    [
        "runs/wr_2/downloads/fetch/may.pdf",
        "runs/wr_1/downloads/fetch/june.pdf",
        "runs/wr_1/downloads/fetch/may.pdf/",
        "runs/wr_1/downloads/fetch/../fetch/may.pdf",
        "RUNS/wr_1/downloads/fetch/may.pdf",
        "",
        RunKeys("wr_1").question("ask"),
    ],
)
def test_a_signature_is_for_one_thing(key: str) -> None:
    expires, signature = parts(SIGNER.link(KEY, "/x"))
    with pytest.raises(AccessError, match="not valid"):
        SIGNER.check(key, expires, signature)


def test_its_time_is_part_of_it() -> None:
    expires, signature = parts(SIGNER.link(KEY, "/x"))
    for other in (expires + 1, expires * 10, 2**53, 0, -expires):
        with pytest.raises(AccessError, match="not valid"):
            SIGNER.check(KEY, other, signature)
    # A number before the key can't be made a part of it.
    with pytest.raises(AccessError, match="not valid"):
        SIGNER.check(f"0:{KEY}", expires // 10, signature)


@pytest.mark.parametrize("bent", ["", "A", "é", "\ud800", "=" * 100])
def test_what_is_no_signature(bent: str) -> None:
    expires, signature = parts(SIGNER.link(KEY, "/x"))
    for each in (bent, signature + bent + "x", signature[1:], signature.lower()):
        with pytest.raises(AccessError, match="not valid"):
            SIGNER.check(KEY, expires, each)


def test_another_servers_link() -> None:
    with pytest.raises(AccessError, match="not valid"):
        SIGNER.check(KEY, *parts(LinkSigner("https://api.example", b"x" * 32, 600).link(KEY, "/x")))


def test_a_link_that_has_expired() -> None:
    expires, signature = parts(LinkSigner("https://api.example", b"k" * 32, -600).link(KEY, "/x"))
    with pytest.raises(AccessError, match="has expired"):
        SIGNER.check(KEY, expires, signature)
