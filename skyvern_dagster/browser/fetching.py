"""Gets a file straight from its address, with the session's cookies."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.browser import file_content
from skyvern_dagster.browser.downloads import read_blob
from skyvern_dagster.browser.file_content import Content
from skyvern_dagster.errors import ActionError, HttpStatusError, NavigationError, UploadError

if TYPE_CHECKING:
    from playwright.async_api import APIResponse, Page

    from skyvern_dagster.browser.network import NetworkPolicy
    from skyvern_dagster.browser.page_request import RequestRules

_MOST_HOPS = 10
_TIMEOUT = 30_000.0
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
}


async def fetch_content(
    page: Page, url: str, policy: NetworkPolicy, rules: RequestRules | None = None
) -> Content:
    """Reads what an address holds.

    Args:
        page: Page whose cookies, address (as referrer) and blobs to use.
        url: ``http(s):``, ``data:`` or ``blob:`` address.
        policy: Checked at each hop of a redirect.
        rules: Asked at each hop, too.

    Raises:
        ActionError: The server or the rules refuse the file, or the blob is gone.
        NavigationError: The server can't be reached.
        NetworkPolicyError: The policy forbids the address.
    """
    if url.startswith("data:"):
        return _data_content(url)
    if url.startswith("blob:"):
        content = await read_blob(page, url)
        if content is None:
            raise ActionError(f"The file at {url} was only in memory and is gone")
        return content
    response = await _get(page, url, policy, rules)
    if response.status >= 400:
        raise HttpStatusError(response.status, response.url)
    headers = response.headers
    name = file_content.name_from_response(response.url, headers.get("content-disposition", ""))
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Content(await response.body(), response.url, name or "download", declared)


async def fetch_file(page: Page, url: str, policy: NetworkPolicy, most_bytes: int) -> Content:
    """Reads a file that a page is to be given; where the page is, its server isn't told.

    Raises:
        UploadError: It is larger than ``most_bytes``.
        ActionError: The server refuses it.
        NavigationError: The server can't be reached.
        NetworkPolicyError: The policy forbids the address.
    """
    response = await _get(page, url, policy, None, tells_referrer=False)
    if response.status >= 400:
        raise HttpStatusError(response.status, response.url)
    size = response.headers.get("content-length", "")
    if size.isdecimal() and int(size) > most_bytes:
        raise UploadError(f"{url} is larger than {most_bytes:,} bytes")
    disposition = response.headers.get("content-disposition", "")
    name = file_content.name_from_response(response.url, disposition)
    return Content(await response.body(), response.url, name)


async def _get(
    page: Page,
    url: str,
    policy: NetworkPolicy,
    rules: RequestRules | None,
    *,
    tells_referrer: bool = True,
) -> APIResponse:
    from playwright.async_api import Error

    is_web = tells_referrer and page.url.startswith("http")
    headers = {"referer": page.url} if is_web else {}
    for hop in range(_MOST_HOPS):
        await policy.check(url, pins=True)
        refusal = rules.fetch_refusal(url, was_redirected=hop > 0) if rules is not None else None
        if refusal is not None:
            raise ActionError(refusal)
        try:
            response = await page.context.request.get(
                url, headers=headers, max_redirects=0, timeout=_TIMEOUT
            )
        except Error as error:
            raise NavigationError(f"{url} could not be fetched: {reason_of(error)}") from error
        if not (300 <= response.status < 400 and "location" in response.headers):
            return response
        location = parse_url(response.headers["location"], url)
        if location is None:
            raise NavigationError(f"{url} could not be fetched: it redirects to no address")
        url = location.href
    raise NavigationError(f"{url} could not be fetched: it redirects more than {_MOST_HOPS} times")


def reason_of(error: Exception) -> str:
    """What a Playwright error comes down to, in words, without its call log."""
    message = str(error)
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
