"""A proxy on loopback through which a browser reaches only addresses that a policy allows.

The gate sees documents; this sees every connection: frames, pictures, scripts' requests,
WebSockets, downloads. It asks for a host once and connects to what it has checked, so that a name
that changes its address in between (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.browser.document_response import PROXY_NAME
from skyvern_dagster.errors import BlockedAddressError
from skyvern_dagster.webhooks.address import AddressPolicy

_MOST_HEAD = 256 * 1024
"""Bytes of a request's headers: Chromium's own limit for an answer's is 256 KB."""
_CONNECT_SECONDS = 15.0
"""For one address of a host; another may answer. Arbitrary."""
_CHUNK = 64 * 1024
"""Bytes: a TCP window's worth."""
_HOP_HEADERS = (b"connection:", b"proxy-connection:", b"keep-alive:", b"proxy-authorization:")


@dataclass(frozen=True)
class _Head:
    """The head of a request or an answer."""

    first: bytes
    headers: tuple[bytes, ...]

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> _Head:
        text = await reader.readuntil(b"\r\n\r\n")
        first, *headers = text.removesuffix(b"\r\n\r\n").split(b"\r\n")
        return cls(first, tuple(headers))

    def for_one_exchange(self, first: bytes | None = None) -> bytes:
        """As it goes on: the connection ends with the answer, the next one is checked anew."""
        kept = [each for each in self.headers if not each.lower().startswith(_HOP_HEADERS)]
        lines = [self.first if first is None else first, *kept, b"Connection: close", b"", b""]
        return b"\r\n".join(lines)


class AddressFilter:
    """The proxy; :meth:`start` it on the loop that its connections shall live on.

    Args:
        policy: Where it connects to.
    """

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Begins to listen; gives its address for a browser's proxy setting."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_MOST_HEAD)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def close(self) -> None:
        """Stops listening; connections end with their loop's tasks."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        try:
            await self._exchange(client, answer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            # Either side went away, or never spoke HTTP.
            return
        finally:
            answer.close()

    async def _exchange(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        head = await _Head.read(client)
        method, target, version = head.first.split(b" ", 2)
        is_tunnel = method == b"CONNECT"
        scheme, _, rest = (b"https", b"", target) if is_tunnel else target.partition(b"://")
        host, _, path = rest.partition(b"/")
        try:
            server, to_server = await self._connect(f"{scheme.decode()}://{host.decode()}/")
        except BlockedAddressError as error:
            await _refuse(answer, b"403 Forbidden", "destination_ip_prohibited", str(error))
            return
        except (OSError, TimeoutError) as error:
            await _refuse(answer, b"502 Bad Gateway", _kind_of(error), str(error))
            return
        try:
            if is_tunnel:
                answer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _both(_pump(client, to_server), _pump(server, answer))
                return
            to_server.write(head.for_one_exchange(b" ".join((method, b"/" + path, version))))
            await _both(_pump(client, to_server), _answer(server, answer))
        finally:
            to_server.close()

    async def _connect(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address, ips = await asyncio.to_thread(self._policy.pinned, url)
        problem: OSError | TimeoutError = OSError(f"{address.host} has no address")
        for ip in ips:
            try:
                opening = asyncio.open_connection(ip, address.port, limit=_MOST_HEAD)
                return await asyncio.wait_for(opening, _CONNECT_SECONDS)
            except (OSError, TimeoutError) as error:
                problem = error
        raise problem


async def _answer(server: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    head = await _Head.read(server)
    while head.first.split(b" ", 2)[1].startswith(b"1"):
        # "Continue" and early hints come before the answer itself.
        answer.write(b"\r\n".join((head.first, *head.headers, b"", b"")))
        head = await _Head.read(server)
    answer.write(head.for_one_exchange())
    await _pump(server, answer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _both(upstream: Coroutine[Any, Any, None], downstream: Awaitable[None]) -> None:
    """Runs both directions until the answer has ended."""
    sending = asyncio.ensure_future(upstream)
    try:
        await downstream
    finally:
        sending.cancel()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await sending


def _kind_of(error: OSError | TimeoutError) -> str:
    """Names of RFC 9209."""
    if isinstance(error, socket.gaierror):
        return "dns_error"
    if isinstance(error, ConnectionRefusedError):
        return "connection_refused"
    return "connection_timeout" if isinstance(error, TimeoutError) else "connection_terminated"


async def _refuse(answer: asyncio.StreamWriter, status: bytes, kind: str, why: str) -> None:
    body = why.encode()
    head = b"Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: %d"
    told = f"\r\nProxy-Status: {PROXY_NAME}; error={kind}".encode()
    answer.write(b"HTTP/1.1 %b\r\n" % status + head % len(body) + told + b"\r\n\r\n" + body)
    await answer.drain()
