from __future__ import annotations

import asyncio

import pytest

from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.errors import NetworkPolicyError

DOMAINS = NetworkPolicy(allowed_domains=("example.com", "*.shop.test"))
PUBLIC = NetworkPolicy(allow_private=False)


@pytest.mark.parametrize(
    ("policy", "url"),
    [
        (NetworkPolicy(), "http://127.0.0.1/"),
        (NetworkPolicy(), "HTTPS://EXAMPLE.COM"),
        (NetworkPolicy(), "about:blank"),
        (DOMAINS, "https://example.com/a"),
        (DOMAINS, "https://EU.example.com./a"),
        (DOMAINS, "https://www.shop.test"),
        (DOMAINS, "https://shop.test"),
        (PUBLIC, "http://8.8.8.8/"),
    ],
)
def test_allowed(policy: NetworkPolicy, url: str) -> None:
    asyncio.run(policy.check(url))


@pytest.mark.parametrize(
    ("policy", "url"),
    [
        (NetworkPolicy(), "file:///etc/passwd"),
        (NetworkPolicy(), "javascript:alert(1)"),
        (NetworkPolicy(), "about:settings"),
        (DOMAINS, "https://notexample.com/"),
        (DOMAINS, "https://example.com.evil.test/"),
        (DOMAINS, "https://example.com@evil.test/"),
        (PUBLIC, "http://127.0.0.1/"),
        (PUBLIC, "http://localhost:8080/"),
        (PUBLIC, "http://[::1]/"),
        (PUBLIC, "http://10.1.2.3/"),
        (PUBLIC, "http://169.254.169.254/latest/meta-data"),
        (PUBLIC, "http://2130706433/"),
    ],
)
def test_forbidden(policy: NetworkPolicy, url: str) -> None:
    with pytest.raises(NetworkPolicyError):
        asyncio.run(policy.check(url))
