"""What pages hand over to their servers, and what these answer.

A page may say that it has saved something before its server has been asked, and whatever the server
answers; its requests tell what was sent, and what came of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.addresses.site import same_site
from skyvern_dagster.browser.sent_body import SentBody, refusal_in, sent_body

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Request, Response, WebSocket

_KINDS = ("document", "xhr", "fetch")
_CARRYING = (*_KINDS, "ping", "script", "other")
"""Types of requests that can hand something over, to whomever; pictures and styles ask."""
_ASKING = ("HEAD", "OPTIONS")
_MOST = 50
"""Requests of one action that are kept; a form sends one or two."""
_LONGEST = 1_000_000
"""Characters of a body, and bytes of an answer, that are read: longer ones hold files."""
_ABORTED = "net::ERR_ABORTED"
_SENT_ON = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
"""The same is handed over again, elsewhere: that answer counts."""
_ANSWER_SECONDS = 6.5
"""For the answer to what was sent: as long as an action waits for a script's requests."""
_LOOKS = 65
"""Ten a second."""


@dataclass
class Sending:
    """A request that hands something over.

    Attributes:
        method: HTTP method.
        path: Of its address.
        body: What it hands over.
        is_meant: Whether it is known to carry what was filled in.
        accepted: Whether a server took it; ``None`` while none has answered.
        refusal: What the server said against it.
    """

    method: str
    path: str
    body: SentBody
    is_meant: bool = False
    accepted: bool | None = None
    refusal: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Sendings:
    """Follows what the pages of a context hand over since an action began.

    Args:
        context: The context to follow.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._by_request: dict[Request, Sending] = {}
        self._own: set[tuple[str, ...]] = set()
        self._readings: set[asyncio.Task[None]] = set()
        self._acting = False
        self._has_socket = False
        self._spoke = False
        for page in context.pages:
            page.on("websocket", self._on_socket)
        context.on("page", lambda page: page.on("websocket", self._on_socket))
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failed)

    def begin(self, *, anew: bool = True) -> None:
        """An action begins that may send: what was handed over before isn't its doing.

        Args:
            anew: Whether what an earlier action has sent is over.
        """
        if anew:
            self._by_request.clear()
            self._spoke = self._has_socket
        self._acting = True

    @property
    def since(self) -> tuple[Sending, ...]:
        """What was handed over since, oldest first."""
        return tuple(self._by_request.values())

    async def is_silent(self) -> bool:
        """Whether nobody was told anything since, nor is in the time that an answer may take.

        A page may show that it has sent something, and send it by a timer, or never.
        """
        for _ in range(_LOOKS):
            if self._spoke:
                return False
            await asyncio.sleep(_ANSWER_SECONDS / _LOOKS)
        return True

    async def refusal(self) -> str:
        """What speaks against that a server took what was sent; empty where nothing does.

        Where a page sends several things, some of them for its owner's statistics, it is what
        carries the fields that counts, or else whatever was taken.
        """
        for _ in range(_LOOKS):
            if any(each.accepted for each in self._counting()) or self._is_answered():
                break
            await asyncio.sleep(_ANSWER_SECONDS / _LOOKS)
        sent = self._counting()
        if not sent or any(each.accepted for each in sent):
            return ""
        last = next((each for each in reversed(sent) if each.refusal), None)
        if last is not None:
            return f"{last} was answered with {last.refusal}"
        return f"{sent[-1]} is not answered yet"

    def _counting(self) -> tuple[Sending, ...]:
        """Those that tell; a page that is shown afterwards says nothing of what was refused."""
        meant = tuple(each for each in self.since if each.is_meant)
        return meant or tuple(each for each in self.since if each.method != "GET") or self.since

    def _is_answered(self) -> bool:
        return all(each.accepted is not None for each in self.since)

    def _on_socket(self, _: WebSocket) -> None:
        self._has_socket = self._spoke = True  # What goes through it isn't followed.

    def _on_request(self, request: Request) -> None:
        self._spoke = self._spoke or request.resource_type in _CARRYING
        url = urlsplit(request.url)
        asks = request.method == "GET" and not (request.is_navigation_request() and url.query)
        if asks or request.method in _ASKING or request.resource_type not in _KINDS:
            return
        body = _body_of(request)
        # Of an API with one address, the operation's name tells.
        operation = next((value for name, value in body.entries if name == "operationName"), "")
        key = (request.method, url.netloc, url.path, operation)
        if not self._acting:
            self._own.add(key)
        if key not in self._own and len(self._by_request) < _MOST and _is_of_page(request):
            self._by_request[request] = Sending(request.method, url.path, body)

    def _on_response(self, response: Response) -> None:
        sending = self._by_request.get(response.request)
        if sending is None:
            return
        if response.status in _SENT_ON:
            del self._by_request[response.request]
        elif is_error(response.status):
            sending.accepted, sending.refusal = False, f"HTTP {response.status}"
        elif "json" in response.headers.get("content-type", ""):
            reading = asyncio.ensure_future(_read(sending, response))
            self._readings.add(reading)
            reading.add_done_callback(self._readings.discard)
        else:
            sending.accepted = True

    def _on_failed(self, request: Request) -> None:
        sending = self._by_request.get(request)
        if sending is None or sending.accepted is not None:
            return
        if request.failure == _ABORTED:
            del self._by_request[request]  # The page went on: nobody knows what came of it.
        else:
            sending.accepted, sending.refusal = False, str(request.failure or "nothing")


async def _read(sending: Sending, response: Response) -> None:
    """An API may refuse in a body under a status that says that all is well."""
    from playwright.async_api import Error

    told = b""
    with contextlib.suppress(Error):
        told = await response.body()
    sending.refusal = refusal_in(told[:_LONGEST].decode(errors="replace"))
    sending.accepted = not sending.refusal


def _body_of(request: Request) -> SentBody:
    if request.method == "GET":
        kind = "application/x-www-form-urlencoded"
        return sent_body(urlsplit(request.url).query, kind)
    content = request.post_data_buffer or b""
    text = content[:_LONGEST].decode(errors="replace")
    return sent_body(text, request.headers.get("content-type", ""))


def _is_of_page(request: Request) -> bool:
    """Whether it goes to the page's own site; a navigation always does what was asked for."""
    from playwright.async_api import Error

    if request.is_navigation_request():
        return True
    try:
        return same_site(request.url, request.frame.url)
    except Error:
        return False
