"""Requests to web servers without a browser, by the same rules as pages are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from skyvern_dagster.addresses.url import parse_url, shortened
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.errors import BlockedAddressError, BlockError, NetworkPolicyError
from skyvern_dagster.webhooks.address import WebAddress
from skyvern_dagster.webhooks.delivery import tls_of

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 10.0
"""For one of a host's addresses, so that there is time for the next."""

MOST_REDIRECTS = 10
"""As many as the browser's own downloads follow."""

_BROKEN_OFF = "broke off"
_LOGIN_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_BODY_HEADERS = frozenset({"content-type", "content-length"})
_KEEPS_METHOD = (307, 308)
"""RFC 9110, 15.4.8 and 15.4.9: the method and the body go along."""
_REDIRECTS = (301, 302, 303, *_KEEPS_METHOD)
"""Of 3xx, those that name another address for this request."""


@dataclass(frozen=True)
class WebRequest:
    """What is sent.

    Attributes:
        holds_secret: Whether a secret is in it: it then goes nowhere but to its own origin.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)
    holds_secret: bool = False


@dataclass(frozen=True)
class WebAnswer:
    """What came back.

    Attributes:
        url: Where it came from, after all redirects.
        headers: By name in lower case; several of one name are joined by a comma.
    """

    status: int
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def exchange(
    request: WebRequest,
    policy: NetworkPolicy,
    *,
    seconds: float,
    most_bytes: int,
    follow_redirects: bool = True,
) -> WebAnswer:
    """Sends a request and reads the answer, whatever its status.

    Each hop's host is looked up once, checked, and connected to by the address that was checked.

    Args:
        policy: Which addresses may be opened.
        seconds: For all hops together.
        most_bytes: Of the answer, unpacked.

    Raises:
        BlockError: The address is none, or forbidden; there was no answer in time; it is too large;
            or it leads a request with a secret to another origin.
    """
    return asyncio.run(_exchange(request, policy, seconds, most_bytes, follow_redirects))


async def _exchange(
    request: WebRequest,
    policy: NetworkPolicy,
    seconds: float,
    most_bytes: int,
    follow_redirects: bool,
) -> WebAnswer:
    import httpx2

    try:
        async with asyncio.timeout(seconds):
            return await _followed(request, policy, most_bytes, follow_redirects)
    except TimeoutError as error:
        problem = f"{_shown(request.url)} gave no complete answer within {seconds:g} s"
        raise BlockError(problem, retryable=True) from error
    except (BlockedAddressError, NetworkPolicyError) as error:
        raise BlockError(str(error)) from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
        raise BlockError(f"this can't be sent to {_shown(request.url)}: {error}") from error
    except (httpx2.HTTPError, OSError) as error:
        reason = str(error) or type(error).__name__
        problem = f"{_shown(request.url)} can't be reached, or {_BROKEN_OFF}: {reason}"
        raise BlockError(problem, retryable=True) from error


async def _followed(
    request: WebRequest, policy: NetworkPolicy, most_bytes: int, follow: bool
) -> WebAnswer:
    for _ in range(MOST_REDIRECTS + 1):
        await policy.check(request.url)
        address, ips = await asyncio.to_thread(policy.addresses.pinned, request.url)
        answer = await _first_to_answer(request, address, ips, most_bytes)
        target = answer.headers.get("location") if answer.status in _REDIRECTS else None
        if not follow or not target:
            return answer
        request = _redirected(request, answer, target)
    raise BlockError(f"{_shown(request.url)} redirects more than {MOST_REDIRECTS} times")


def _redirected(request: WebRequest, answer: WebAnswer, target: str) -> WebRequest:
    """The request of the next hop (RFC 9110, 15.4)."""
    here, there = parse_url(request.url), parse_url(target, request.url)
    if there is None or here is None:
        raise BlockError(f"{_shown(request.url)} redirects to no address")
    moved = replace(request, url=there.href)
    if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
        if request.holds_secret:
            raise BlockError(
                f"{_shown(request.url)} redirects to {_shown(there.href)}, and the request holds a "
                "secret, which isn't sent there: name that address in the block"
            )
        moved = replace(moved, headers=_without(request.headers, _LOGIN_HEADERS))
    if answer.status in _KEEPS_METHOD or request.method in ("GET", "HEAD"):
        return moved
    headers = _without(moved.headers, _BODY_HEADERS)
    return replace(moved, method="GET", content=b"", headers=headers)


def _without(headers: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}


async def _first_to_answer(
    request: WebRequest, address: WebAddress, ips: list[str], most_bytes: int
) -> WebAnswer:
    """Tries a host's addresses in order; only one that can't be connected to leads to the next."""
    import httpx2

    for number, ip in enumerate(ips, start=1):
        try:
            return await _to_address(request, address, ip, most_bytes)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            if number == len(ips):
                raise
    raise AssertionError("a host has an address")


async def _to_address(
    request: WebRequest, address: WebAddress, ip: str, most_bytes: int
) -> WebAnswer:
    import httpx2

    url = httpx2.URL(address.url)
    headers = {"user-agent": "skyvern-dagster", **request.headers}
    headers["host"] = url.netloc.decode("ascii")
    client = httpx2.AsyncClient(
        verify=tls_of(address),
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
        trust_env=False,
        follow_redirects=False,
    )
    async with (
        client,
        client.stream(
            request.method,
            url.copy_with(host=ip, fragment=None),
            content=request.content or None,
            headers=headers,
            extensions={"sni_hostname": address.host},
        ) as response,
    ):
        body = await _body(response, request.url, most_bytes)
        return WebAnswer(response.status_code, request.url, dict(response.headers), body)


async def _body(response: httpx2.Response, url: str, most_bytes: int) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > most_bytes:
            raise BlockError(f"the answer of {_shown(url)} is larger than {most_bytes:,} bytes")
    return bytes(content)


def _shown(url: str) -> str:
    """An address for messages: its query, which may hold anything, is left out."""
    return shortened(url.partition("?")[0])
