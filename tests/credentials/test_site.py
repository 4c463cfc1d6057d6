"""Which addresses are one site: a secret goes to no other."""

from __future__ import annotations

import pytest

from skyvern_dagster.addresses.site import host_of, is_within, same_site


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example", "https://shop.example/login?x=y"),
        ("https://www.shop.example", "https://login.shop.example"),
        ("https://shop.example", "https://a.b.shop.example"),
        ("https://SHOP.example", "https://shop.EXAMPLE."),
        ("https://shop.example", "https://shop.example:8443"),
        ("http://shop.example", "https://shop.example"),
        ("https://www.shop.co.uk", "https://login.shop.co.uk"),
        ("https://shop.com.br", "https://login.shop.com.br"),
        ("https://my-shop.myshopify.com", "https://checkout.my-shop.myshopify.com"),
        ("https://api.id.me", "https://www.id.me"),
        ("https://co.uk.example", "https://x.uk.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:9000"),
        ("http://localhost:8000", "http://localhost:9000"),
        ("http://[::1]:8000", "http://[::1]"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://user:pass@shop.example", "https://shop.example"),
        ("https:shop.example", "https://shop.example"),
        ("https:///shop.example", "https://shop.example"),
        ("https:\\\\shop.example\\x", "https://shop.example"),
        ("ht\ntps://sh\top.example", "https://shop.example"),
        ("https://evil.test@shop.example", "https://shop.example"),
        ("https://shop。example", "https://shop.example"),
        ("https://ｓｈｏｐ.example", "https://shop.example"),
        ("http://0x7f.1", "http://127.0.0.1"),
        ("http://2130706433", "http://127.0.0.1"),
        ("http://[::0:1]", "http://[::1]"),
    ],
)
def test_one_site(one: str, other: str) -> None:
    assert same_site(one, other)
    assert same_site(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example", "https://shop.test"),
        ("https://shop.example", "https://evilshop.example"),
        ("https://shop.example", "https://shop.example.evil.test"),
        ("https://shop.example", "https://shop.example@evil.test"),
        ("https://shop.example", "https:evil.test/shop.example"),
        ("https://shop.example", "https:///evil.test/shop.example"),
        ("https://shop.example", "https://evil.test\\@shop.example"),
        ("https://shop.example", "https://evil.test\\.shop.example"),
        ("https://shop.example", "\\\\evil.test"),
        ("https://shop.co.uk", "https://evil.co.uk"),
        ("https://user.gitlab.io", "https://evil.gitlab.io"),
        ("https://shop.squarespace.com", "https://evil.squarespace.com"),
        ("https://shop.gv.at", "https://evil.gv.at"),
        ("https://shop.blob.core.windows.net", "https://evil.blob.core.windows.net"),
        ("https://shop.co.uk", "https://co.uk"),
        ("https://shop.com.au", "https://evil.com.au"),
        ("https://shop.ne.jp", "https://evil.ne.jp"),
        ("https://shop.me.uk", "https://evil.me.uk"),
        ("https://shop.github.io", "https://evil.github.io"),
        ("https://shop.myshopify.com", "https://evil.myshopify.com"),
        ("https://shop.s3.eu-west-1.amazonaws.com", "https://evil.s3.eu-west-1.amazonaws.com"),
        ("http://127.0.0.1", "http://127.0.0.2"),
        ("http://10.0.0.1", "http://11.0.0.1"),
        ("http://127.0.0.1", "http://localhost"),
        ("http://localhost", "http://otherhost"),
        ("http://[::1]", "http://[::2]"),
        ("http://1.2.3.4", "http://5.6.3.4"),
        ("", ""),
        ("about:blank", "about:blank"),
        ("https://shop.example", ""),
        ("file:///a", "file:///a"),
        ("https://[x", "https://[x"),
    ],
)
def test_not_one_site(one: str, other: str) -> None:
    assert not same_site(one, other)
    assert not same_site(other, one)


@pytest.mark.parametrize(
    ("host", "allowed", "is_allowed"),
    [
        ("login.example", "login.example", True),
        ("eu.login.example", "login.example", True),
        ("login.example", "Login.Example.", True),
        ("evillogin.example", "login.example", False),
        ("example", "login.example", False),
        ("login.example.evil", "login.example", False),
        ("", "login.example", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("9.10.0.0.1", "10.0.0.1", False),
        ("::1", "[::1]", True),
        ("x.localhost", "localhost", False),
    ],
)
def test_hosts_that_are_allowed(host: str, allowed: str, is_allowed: bool) -> None:
    assert is_within(host, allowed) is is_allowed


@pytest.mark.parametrize("url", ["", "x", "https://", "https://[", "https://a b/", "a:b"])
def test_what_has_no_host(url: str) -> None:
    assert host_of(url) == ""
