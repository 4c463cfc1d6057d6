"""One signed POST to an address of a user."""

from __future__ import annotations

import asyncio
import functools
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from skyvern_dagster.addresses.http_status import is_success
from skyvern_dagster.errors import BlockedAddressError
from skyvern_dagster.webhooks.address import AddressPolicy, WebAddress

if TYPE_CHECKING:
    import httpx2

TIMEOUT_SECONDS = 10.0
"""For an attempt as a whole, however slowly the answer drips (docs/contract.md#delivery)."""

CONNECT_SECONDS = 4.0
"""For one of a host's addresses, so that there is time for the next."""

RESPONSE_BYTES = 2048
"""How much of an answer is read and kept (docs/contract.md#delivery)."""

_USER_AGENT = "skyvern-dagster-webhook/1"


@dataclass(frozen=True)
class Delivery:
    """How one attempt went.

    Attributes:
        status_code: ``None`` when there was no answer.
        response_body: Its beginning.
        error: What went wrong, where there was no answer; never the address's path or query.
        retry_after: Seconds that the receiver asked us to wait.
        is_final: Whether trying again can't help, whatever the status says.
    """

    status_code: int | None = None
    latency_ms: int = 0
    response_body: str = field(default="", repr=False)
    error: str | None = None
    retry_after: float | None = None
    is_final: bool = False

    @property
    def ok(self) -> bool:
        """Whether the receiver has taken it: any 2xx."""
        return self.status_code is not None and is_success(self.status_code)


def deliver(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    policy: AddressPolicy,
    timeout: float = TIMEOUT_SECONDS,
) -> Delivery:
    """As :func:`post`, for threads without an event loop."""
    return asyncio.run(post(url, body, headers, policy, timeout))


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    policy: AddressPolicy,
    timeout: float = TIMEOUT_SECONDS,
    response_bytes: int = RESPONSE_BYTES,
) -> Delivery:
    """Sends a JSON body; whatever goes wrong is in the result.

    The host is looked up once, the addresses are checked, and the connection goes to one of them.
    No redirect is followed and no proxy is used: both would lead elsewhere than what was checked.
    """
    import anyio
    import httpx2

    started = time.monotonic()
    try:
        with anyio.fail_after(timeout):
            address, ips = await anyio.to_thread.run_sync(
                policy.pinned, url, abandon_on_cancel=True
            )
            delivery = await _first_to_answer(address, ips, body, headers, response_bytes)
    except TimeoutError:
        delivery = Delivery(error=f"no complete answer within {timeout:g} s")
    except BlockedAddressError as error:
        delivery = Delivery(error=str(error), is_final=True)
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
        delivery = Delivery(error=f"this can't be sent: {error}", is_final=True)
    except (httpx2.HTTPError, OSError) as error:
        delivery = Delivery(error=_reason(error))
    return _with_latency(delivery, started)


async def _first_to_answer(
    address: WebAddress,
    ips: list[str],
    body: bytes,
    headers: Mapping[str, str],
    response_bytes: int,
) -> Delivery:
    """Tries a host's addresses in order; only one that can't be connected to leads to the next."""
    import httpx2

    for number, ip in enumerate(ips, start=1):
        try:
            return await _to_address(address, ip, body, headers, response_bytes)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            if number == len(ips):
                raise
    raise AssertionError("a host has an address")


async def _to_address(
    address: WebAddress, ip: str, body: bytes, headers: Mapping[str, str], response_bytes: int
) -> Delivery:
    """Sends to this IP address what is meant for the host: its name in ``Host`` and in TLS."""
    import httpx2

    url = httpx2.URL(address.url)
    host = url.netloc.decode("ascii")
    sent = {"content-type": "application/json", "user-agent": _USER_AGENT, **headers}
    timeout = httpx2.Timeout(None, connect=CONNECT_SECONDS)
    client = httpx2.AsyncClient(
        verify=tls_of(address), timeout=timeout, trust_env=False, follow_redirects=False
    )
    async with (
        client,
        client.stream(
            "POST",
            url.copy_with(host=ip, fragment=None),
            content=body,
            headers={**sent, "host": host},
            extensions={"sni_hostname": address.host},
        ) as response,
    ):
        answer = await _beginning(response, response_bytes)
        return Delivery(
            status_code=response.status_code,
            response_body=answer.decode("utf-8", errors="replace"),
            retry_after=read_retry_after(response.headers.get("retry-after", "")),
        )


async def _beginning(response: httpx2.Response, limit: int) -> bytes:
    """At most so many bytes; raw, so that a small answer can't unpack into a large one."""
    content = b""
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) >= limit:
            break
    return content[:limit]


def read_retry_after(text: str, now: datetime | None = None) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, 10.2.3): a number or a date; ``None`` for neither."""
    value = text.strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def tls_of(address: WebAddress) -> ssl.SSLContext | bool:
    """How a client verifies the server of an address: httpx's ``verify``."""
    if address.scheme != "https":
        return False
    return _tls_context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@functools.cache
def _tls_context(*_: str | None) -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context()


def _reason(error: Exception) -> str:
    """What went wrong in words; httpx's own texts name neither path nor query."""
    said = str(error) or (str(error.__cause__) if error.__cause__ else "")
    return f"{type(error).__name__}: {said}"[:300]


def _with_latency(delivery: Delivery, started: float) -> Delivery:
    return replace(delivery, latency_ms=round((time.monotonic() - started) * 1000))
