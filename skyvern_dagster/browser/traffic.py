"""What a session's pages are loading, so that waiting can end as soon as it may."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter, OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from skyvern_dagster.addresses.http_status import is_error, is_redirect
from skyvern_dagster.browser.document_response import EMPTY, VIEWER_TYPES

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Request, Response

# How long one request of a kind is waited for; kinds that aren't here never are.
_PATIENCE = {"document": 60.0, "script": 6.0, "stylesheet": 4.0, "xhr": 6.5, "fetch": 6.5}
_POLL_PATIENCE = 0.4
"""Seconds after which a request that its page repeats again and again is no longer waited for."""
_MOST_DOCUMENTS = 50
"""Answers that are remembered, by address: a step leads to some at most."""
_ABORTED = "net::ERR_ABORTED"
_TELLING_BYTES = 200
"""Of what a request sends: the method of a call stands at its beginning."""
_NUMBERS = re.compile(rb"\d+")

_Key = tuple[str, str, bytes]
"""Method, address without its query, and what is asked for there."""


@dataclass(frozen=True)
class DocumentAnswer:
    """Status and telling headers of a document's response."""

    url: str
    status: int
    content_type: str
    disposition: str


@dataclass
class _Flight:
    key: _Key
    kind: str
    since: float
    in_background: bool = False


class Traffic:
    """Follows the requests of a context.

    Requests that pages make on their own, again and again (polling), and those that never end
    (long polling) are told apart from what an action set off, and not waited for.

    Args:
        context: The context to follow.

    Attributes:
        last_change: Loop time of the last request or answer.
        failed_documents: Address and error code of documents that failed since the last action
            began.
        documents: Answers to document requests since then.
        too_many: Whether a server said that it was asked too much.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._loop = asyncio.get_running_loop()
        self._flights: dict[Request, _Flight] = {}
        self._own_starts: Counter[_Key] = Counter()
        self._acting = False
        self._changed = asyncio.Event()
        self._answers: OrderedDict[str, DocumentAnswer] = OrderedDict()
        self._page_answers: dict[Page, DocumentAnswer] = {}
        self.last_change = self._loop.time()
        self.failed_documents: list[tuple[str, str]] = []
        self.documents: list[Response] = []
        self.too_many = False
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("requestfinished", self._on_end)
        context.on("requestfailed", self._on_failed)

    def begin(self) -> None:
        """An action begins: what is under way already is not its doing."""
        for flight in self._flights.values():
            if flight.kind != "document":
                flight.in_background = True
                self._own_starts[flight.key] += 1
        self.failed_documents.clear()
        self.documents.clear()
        self._acting = True

    def end(self) -> None:
        """The action is over: what pages load from now on is their own doing."""
        self._acting = False

    def is_busy(self) -> bool:
        """Whether something is under way that is worth waiting for."""
        now = self._loop.time()
        return any(self._is_awaited(flight, now) for flight in self._flights.values())

    def has_answered(self) -> bool:
        """Whether a document, or a file in its place, came or failed since the action began."""
        return bool(self.documents or self.failed_documents)

    def files_announced(self) -> int:
        """How many documents since the action began turn into downloads.

        A download's own event comes some time after the answer that gives it.
        """
        aborted = [url for url, code in self.failed_documents if code == _ABORTED]
        files = {
            each.url
            for each in self.documents
            if each.status in range(200, 300) and each.status not in EMPTY
            if each.url in aborted or is_file(each)
        }
        return len(files)

    def documents_not_loaded(self) -> list[tuple[str, str]]:
        """Address and error code of documents that failed since the action began."""
        return [(url, code) for url, code in self.failed_documents if code != _ABORTED]

    def came_to_nothing(self) -> bool:
        """Whether the document asked for last was given up on the way, so that none came.

        Chromium follows no redirect to ``view-source:``, ``javascript:``, ``mailto:`` and the like,
        and stays where it was.
        """
        if self.documents:
            last = self.documents[-1]
            sends_on = is_redirect(last.status) and last.status != HTTPStatus.NOT_MODIFIED
            return sends_on and not is_in_iframe(last)
        return any(code == _ABORTED for _, code in self.failed_documents)

    def shows_no_page(self) -> bool:
        """Whether a document that came since the action began is an error, or no HTML page."""
        if self.documents_not_loaded():
            return True
        return any(is_error(each.status) or not is_page(each) for each in self.documents)

    def nudge(self) -> None:
        """Wakes whoever waits, for a change that is not a request."""
        self.last_change = self._loop.time()
        self._changed.set()

    async def change(self, seconds: float) -> None:
        """Waits for the next change, at most ``seconds``."""
        self._changed.clear()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    def status_of(self, page: Page) -> int | None:
        """Status of the response that gave this page, where there was one."""
        answer = self.answer_of(page)
        return answer.status if answer else None

    def answer_of(self, page: Page) -> DocumentAnswer | None:
        """The response that gave this page's document, where there was one."""
        return self._page_answers.get(page) or self._answers.get(_without_fragment(page.url))

    def answer_for(self, url: str) -> DocumentAnswer | None:
        """The last document response from this address."""
        return self._answers.get(_without_fragment(url))

    def forget(self, page: Page) -> None:
        """A page was closed."""
        self._page_answers.pop(page, None)

    def _is_awaited(self, flight: _Flight, now: float) -> bool:
        if flight.in_background:
            return False
        patience = _PATIENCE[flight.kind]
        if flight.kind in ("xhr", "fetch") and self._own_starts[flight.key] > 1:
            patience = _POLL_PATIENCE
        if now - flight.since < patience:
            return True
        flight.in_background = True
        self._own_starts[flight.key] += 2
        return False

    def _on_request(self, request: Request) -> None:
        kind = request.resource_type
        if kind not in _PATIENCE or not _is_of_page(request.url):
            return
        parts = urlsplit(request.url)
        key = (request.method, f"{parts.netloc}{parts.path}", _asked_for(request))
        self._flights[request] = _Flight(key, kind, self._loop.time())
        if not self._acting:
            self._own_starts[key] += 1
        self.nudge()

    def _on_response(self, response: Response) -> None:
        request = response.request
        headers = response.headers
        self.too_many = self.too_many or response.status == HTTPStatus.TOO_MANY_REQUESTS
        if request.resource_type != "document" or not headers or not _is_of_page(response.url):
            return
        url = _without_fragment(response.url)
        answer = DocumentAnswer(
            url, response.status, content_type(response), headers.get("content-disposition", "")
        )
        self.documents.append(response)
        self._answers[url] = answer
        self._answers.move_to_end(url)
        if len(self._answers) > _MOST_DOCUMENTS:
            self._answers.popitem(last=False)
        page = _page_of(request)
        if page is not None and request.frame == page.main_frame:
            self._page_answers[page] = answer
        self.nudge()

    def _on_failed(self, request: Request) -> None:
        if request.is_navigation_request():
            self.failed_documents.append((request.url, request.failure or ""))
        self._on_end(request)

    def _on_end(self, request: Request) -> None:
        if self._flights.pop(request, None) is not None:
            self.nudge()


def content_type(response: Response) -> str:
    """The declared MIME type, without its parameters."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_page(response: Response) -> bool:
    """Whether a response declares itself an HTML page, or nothing."""
    return content_type(response) in ("", "text/html", "application/xhtml+xml")


def is_in_iframe(response: Response) -> bool:
    """Whether a document was meant for an iframe; false for a page's own document."""
    from playwright.async_api import Error

    try:
        return response.request.frame.parent_frame is not None
    except Error:
        # A pop-up's first request comes before its page.
        return False


def is_file(response: Response) -> bool:
    """Whether a page's document is sure to become a download instead of a page."""
    if is_in_iframe(response):
        return False
    disposition = response.headers.get("content-disposition", "").lower()
    return content_type(response) in VIEWER_TYPES or disposition.startswith("attachment")


def _page_of(request: Request) -> Page | None:
    from playwright.async_api import Error

    try:
        return request.frame.page
    except Error:
        # A pop-up's first request comes before its page.
        return None


def _is_of_page(url: str) -> bool:
    """Not one of the resources of Chromium's own viewers."""
    return url.startswith(("http:", "https:", "blob:"))


def _asked_for(request: Request) -> bytes:
    """What a request sends, its numbers aside: some servers have one address for all questions."""
    return _NUMBERS.sub(b"", (request.post_data_buffer or b"")[:_TELLING_BYTES])


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]
