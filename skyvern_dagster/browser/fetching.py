"""Gets a file straight from its address, with the session's cookies."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from skyvern_dagster.addresses.http_status import is_error, is_redirect
from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.browser import file_content
from skyvern_dagster.browser.document_response import DocumentResponse
from skyvern_dagster.browser.download_limits import CHUNK, DownloadLimits, write_chunks
from skyvern_dagster.browser.downloads import read_blob
from skyvern_dagster.browser.file_content import Content
from skyvern_dagster.browser.request_source import RequestSource
from skyvern_dagster.errors import ActionError, HttpStatusError, NavigationError, UploadError

if TYPE_CHECKING:
    import httpx2

    from skyvern_dagster.browser.page_request import RequestRules
    from skyvern_dagster.browser.session import BrowserSession

_MOST_HOPS = 10
"""Redirects: half of Chromium's own limit of twenty. Signed links take two or three."""
_TIMEOUT = 30.0
"""Seconds for a server to connect, and for each part of its answer."""

_PROXY_REASONS = {
    "BlockedByClient": "the network policy forbids it",
    "NameNotResolved": "its host name is unknown",
    "ConnectionRefused": "the server refuses connections",
    "TimedOut": "the server doesn't answer",
    "ConnectionClosed": "the server sent nothing",
}
"""What our proxy has met, as :class:`~skyvern_dagster.browser.document_response.DocumentResponse`
calls it."""
_REASONS = {
    "ERR_NAME_NOT_RESOLVED": "its host name is unknown",
    "ENOTFOUND": "its host name is unknown",
    "EAI_AGAIN": "its host name is unknown",
    "ERR_CONNECTION_REFUSED": "the server refuses connections",
    "ECONNREFUSED": "the server refuses connections",
    "ERR_CONNECTION_RESET": "the server closed the connection",
    "ECONNRESET": "the server closed the connection",
    "ERR_EMPTY_RESPONSE": "the server sent nothing",
    "socket hang up": "the server sent nothing",
    "ERR_CONNECTION_TIMED_OUT": "the server doesn't answer",
    "ERR_TIMED_OUT": "the server doesn't answer",
    "ERR_INTERNET_DISCONNECTED": "there is no network",
    "ERR_ADDRESS_UNREACHABLE": "its host can't be reached",
    "ERR_CERT_": "its certificate is not valid",
    "ERR_SSL_": "no secure connection could be made",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in circles",
    "ERR_BLOCKED_BY_CLIENT": "the network policy forbids it",
    "ERR_INVALID_RESPONSE": "the server's answer was an error or malformed",
    "ERR_UNSAFE_PORT": "its port is one that browsers refuse",
    "Timeout": "it took too long",
    "Name or service not known": "its host name is unknown",
    "nodename nor servname": "its host name is unknown",
    "Temporary failure in name resolution": "its host name is unknown",
    "No address associated": "its host name is unknown",
    "Connection refused": "the server refuses connections",
    "All connection attempts failed": "the server refuses connections",
    "Connection reset": "the server closed the connection",
    "Server disconnected": "the server sent nothing",
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not valid",
    "[SSL": "no secure connection could be made",
}


async def fetch_content(session: BrowserSession, url: str, *, asks: bool = True) -> Content:
    """Reads what an address holds, with the session's cookies.

    Args:
        session: Whose cookies, address (as referrer), blobs and network policy to use.
        url: ``http(s):``, ``data:`` or ``blob:`` address.
        asks: Whether the session's rules are asked at each hop of a redirect, too.

    Raises:
        ActionError: The server or the rules refuse the file, it is too large, or the blob is gone.
        NavigationError: The server can't be reached.
        NetworkPolicyError: The policy forbids the address.
    """
    downloads = session.downloads
    if url.startswith("data:"):
        return _data_content(url)
    if url.startswith("blob:"):
        content = await read_blob(session.page, url, downloads.folder, downloads.limits)
        if content is None:
            raise ActionError(f"The file at {url} was only in memory and is gone")
        return content
    rules = session.rules if asks else None
    source = RequestSource.of_session(session, tells_referrer=True)
    async with _response(source, url, rules) as response:
        return await _received(response, downloads.folder, downloads.limits)


async def fetch_from(
    source: RequestSource, url: str, rules: RequestRules, folder: Path, limits: DownloadLimits
) -> Content:
    """Reads what an ``http(s):`` address holds, where there is no page.

    Args:
        source: Whose request it is.
        url: The address.
        rules: Asked at each hop of a redirect.
        folder: Where the file goes.
        limits: How large it may be.

    Raises:
        ActionError: The server or the rules refuse the file, or it is too large.
        NavigationError: The server can't be reached.
        NetworkPolicyError: The policy forbids the address.
    """
    async with _response(source, url, rules) as response:
        return await _received(response, folder, limits)


async def fetch_file(session: BrowserSession, url: str, most_bytes: int) -> Content:
    """Reads a file that a page is to be given; where the page is, its server isn't told.

    Raises:
        UploadError: It is larger than ``most_bytes``.
        ActionError: The server refuses it.
        NavigationError: The server can't be reached.
        NetworkPolicyError: The policy forbids the address.
    """
    limits = DownloadLimits(most_bytes=most_bytes)
    source = RequestSource.of_session(session, tells_referrer=False)
    async with _response(source, url, None) as response:
        try:
            return await _received(response, session.downloads.folder, limits)
        except HttpStatusError:
            raise
        except ActionError as error:
            raise UploadError(f"{url} is larger than {most_bytes:,} bytes") from error


async def _received(response: httpx2.Response, folder: Path, limits: DownloadLimits) -> Content:
    import httpx2

    url = str(response.url)
    if is_error(response.status_code):
        raise HttpStatusError(response.status_code, url)
    headers = response.headers
    name = file_content.name_from_response(url, headers.get("content-disposition", ""))
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.most_bytes:
        raise ActionError(limits.too_large(name or "download"))
    try:
        chunks = response.aiter_bytes(CHUNK)
        body = await write_chunks(chunks, folder, name or "download", limits)
    except httpx2.HTTPError as error:
        raise NavigationError(f"{url} could not be fetched: {reason_of(error)}") from error
    return Content(body, url, name or "download", declared)


@asynccontextmanager
async def _response(
    source: RequestSource, url: str, rules: RequestRules | None
) -> AsyncIterator[httpx2.Response]:
    """What an address answers in the end; its body is still to come."""
    import httpx2

    async with source.client(_TIMEOUT) as client:
        for hop in range(_MOST_HOPS):
            await source.options.policy.check(url, pins=True)
            refusal = rules.fetch_refusal(url, was_redirected=hop > 0) if rules else None
            if refusal is not None:
                raise ActionError(refusal)
            extra = rules.headers_for(url) if rules else {}
            headers = {**extra, **await source.headers(url)}
            try:
                response = await client.send(
                    client.build_request("GET", url, headers=headers), stream=True
                )
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise NavigationError(f"{url} could not be fetched: {reason_of(error)}") from error
            try:
                _check_proxy(response, url)
                await source.jar.keep(response)
                if not (is_redirect(response.status_code) and "location" in response.headers):
                    yield response
                    return
                location = parse_url(response.headers["location"], url)
            finally:
                await response.aclose()
            if location is None:
                raise NavigationError(f"{url} could not be fetched: it redirects to no address")
            url = location.href
    raise NavigationError(f"{url} could not be fetched: it redirects more than {_MOST_HOPS} times")


def _check_proxy(response: httpx2.Response, url: str) -> None:
    """An answer of our own proxy is none of the server's."""
    given = tuple((name, value) for name, value in response.headers.multi_items())
    error = DocumentResponse("", "", url, response.status_code, given).proxy_error
    if error:
        raise NavigationError(f"{url} could not be fetched: {_PROXY_REASONS.get(error, error)}")


def reason_of(error: Exception) -> str:
    """What an error of Playwright or of HTTP comes down to, in words, without its call log."""
    message = str(error) or type(error).__name__
    for code, words in _REASONS.items():
        if code in message:
            return words
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    first = lines[0] if lines else "no reason given"
    return first.partition(": ")[2] or first


def _data_content(url: str) -> Content:
    header, _, payload = url.partition(",")
    declared, *options = header.removeprefix("data:").split(";")
    body = unquote_to_bytes(payload)
    if "base64" in options:
        body = base64.b64decode(body + b"==")
    content_type = declared or "text/plain"
    name = file_content.with_suffix("download", content_type)
    return Content(body, url[:80], name, content_type)
