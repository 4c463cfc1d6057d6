"""Stands between Chromium and the documents it loads, for every page of a browser.

It does what Playwright's own routing can't: it sees each hop of a redirect and the first request of
a pop-up, and it changes a response's headers without fetching it a second time. What a session's
rules stop goes nowhere, whatever in the page asked for it. A PDF becomes a download where Chromium
would open its viewer (which raises no download event and keeps the file for itself), however it
was asked for: link, form, script. A file in a new tab is taken right here, since the download
event of a tab that has just been opened gets lost now and then.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from skyvern_dagster.addresses.url import is_web
from skyvern_dagster.browser.closed_requests import ClosedPlaces
from skyvern_dagster.browser.document_response import DocumentResponse
from skyvern_dagster.browser.download_limits import CHUNK, DownloadLimits, write_chunks
from skyvern_dagster.browser.file_content import Content
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.page_memory import PageMemory
from skyvern_dagster.browser.page_request import PageRequest, RequestRules
from skyvern_dagster.errors import NetworkPolicyError

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession

_MOST_TARGETS = 2000
"""Frames that are remembered: pages of advertisements have dozens. A bound on memory, arbitrary."""


class Receiver(Protocol):
    """Where files go that are read here."""

    limits: DownloadLimits

    @property
    def folder(self) -> Path:
        """Where they are written to."""
        ...

    def receive(self, content: Coroutine[Any, Any, Content]) -> None:
        """Takes a file that is on its way."""
        ...


@dataclass(frozen=True)
class _Frame:
    """Which context a frame is in (empty where that can't be told), and whether it is a tab's."""

    context_id: str
    is_page: bool


@dataclass
class Watch:
    """What the interception does for one context.

    Attributes:
        downloads: Takes a file that is on its way.
        policy: Which addresses its pages may open.
        rules: Which requests of its pages are stopped.
        blocked: Why navigations were stopped.
        dropped: Why other requests were stopped.
    """

    downloads: Receiver
    policy: NetworkPolicy
    rules: RequestRules = field(default_factory=RequestRules)
    blocked: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


class DocumentInterception:
    """Intercepts documents of one browser over the Chrome DevTools protocol.

    Args:
        session: CDP session of the browser itself, so that pop-ups are seen from their start.
        user_agent: What the browser calls itself.
        closed: The places that no request of whatever kind reaches; left out where the browser's
            own switches see to it.
    """

    def __init__(
        self, session: CDPSession, user_agent: str = "", closed: ClosedPlaces | None = None
    ) -> None:
        self._session = session
        self.user_agent = user_agent
        self.memory = PageMemory(session)
        self._closed = closed
        self._watches: dict[str, Watch] = {}
        self._frames: OrderedDict[str, _Frame] = OrderedDict()
        self._watches_all: bool | None = None
        self._with_pages: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls, browser: Browser, closed: ClosedPlaces | None = None
    ) -> DocumentInterception:
        """Has Chromium pause each document's response, in all pages that it has or will open."""
        session = await browser.new_browser_cdp_session()
        version = await session.send("Browser.getVersion")
        gate = cls(session, version["userAgent"], closed)
        gate._session.on("Fetch.requestPaused", gate._on_paused)
        gate.memory.start()
        await gate.listen()
        return gate

    async def watch(self, context_id: str, target_id: str, watch: Watch) -> None:
        """Takes a context's documents over: files become downloads, forbidden addresses fail.

        Args:
            context_id: Chromium's id of the context.
            target_id: Chromium's id of its first page.
            watch: What to do.
        """
        self._watches[context_id] = watch
        self._frames[target_id] = _Frame(context_id, is_page=True)
        self._note_page(target_id)
        await self.listen()

    def release(self, context_id: str) -> None:
        """Ends what :meth:`watch` began, for a context that was closed."""
        self._watches.pop(context_id, None)

    async def listen(self) -> None:
        """Sees as many requests as the rules of all contexts want to see, from now on."""
        watches_all = any(watch.rules.watches_all for watch in self._watches.values())
        if watches_all is self._watches_all:
            return
        self._watches_all = watches_all
        documents = {"urlPattern": "*", "resourceType": "Document"}
        requests = {"urlPattern": "*"} if watches_all else documents
        closed = self._closed.patterns if self._closed is not None else ()
        patterns = [
            {**documents, "requestStage": "Response"},
            {**requests, "requestStage": "Request"},
            *({"urlPattern": each, "requestStage": "Request"} for each in closed),
        ]
        await self._session.send("Fetch.enable", {"patterns": patterns})

    def _on_paused(self, event: Mapping[str, Any]) -> None:
        task = asyncio.ensure_future(self._answer(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: Mapping[str, Any]) -> None:
        from playwright.async_api import Error

        # A page that is closed meanwhile takes its paused request with it.
        with contextlib.suppress(Error):
            try:
                if "responseStatusCode" in event:
                    await self._answer_response(DocumentResponse.of(event))
                else:
                    await self._answer_request(event)
            except Exception:
                # What can't be judged doesn't go out, and its page isn't left waiting for ever.
                await self._block(event["requestId"])
                raise

    async def _block(self, request_id: str) -> None:
        blocked = {"requestId": request_id, "errorReason": "BlockedByClient"}
        await self._session.send("Fetch.failRequest", blocked)

    async def _answer_request(self, event: Mapping[str, Any]) -> None:
        answer = {"requestId": event["requestId"]}
        if "responseErrorReason" in event:
            await self._session.send("Fetch.continueRequest", answer)
            return
        frame = await self._frame(event.get("frameId", ""))
        request = PageRequest.of(event, is_page=frame.is_page)
        watch = self._watches.get(frame.context_id)
        why = await self._refusal(request, watch)
        if why is None:
            await self._session.send(
                "Fetch.continueRequest", answer | self._headers(request, watch)
            )
            return
        if watch is not None:
            (watch.blocked if request.is_page else watch.dropped).append(why)
        await self._block(event["requestId"])

    def _headers(self, request: PageRequest, watch: Watch | None) -> dict[str, Any]:
        """The headers that a request is sent with, where they aren't the browser's alone.

        Of a frame inside a page it isn't known whose it is: the one session that has headers for
        the address is.
        """
        rules = [each.rules for each in ([watch] if watch else self._watches.values())]
        given = [each.headers_for(request.url) for each in rules if each.header_names]
        wanted = [each for index, each in enumerate(given) if each and each not in given[:index]]
        extra = wanted[0] if len(wanted) == 1 else {}
        names = {name.lower() for name in extra}
        if request.was_redirected:  # the browser may repeat what it was sent with before
            names |= {name for each in rules for name in each.header_names}
        kept = {name: text for name, text in request.headers.items() if name.lower() not in names}
        if not extra and len(kept) == len(request.headers):
            return {}
        sent = {**kept, **extra}
        return {"headers": [{"name": name, "value": text} for name, text in sent.items()]}

    async def _refusal(self, request: PageRequest, watch: Watch | None) -> str | None:
        if self._closed is not None:
            try:
                await self._closed.check(request.url)
            except NetworkPolicyError as error:
                return str(error)
        if watch is None:
            known = [each for each in self._watches.values() if each.rules.knows(request)]
            reasons = [each.rules.refusal(request) for each in known]
            # Of two sessions that hold the same, the one that may send it is the sender.
            return reasons[0] if reasons and None not in reasons else None
        try:
            if request.is_document and (watch.policy.is_restrictive or is_web(request.url)):
                await watch.policy.check(request.url)
        except NetworkPolicyError as error:
            return str(error)
        return watch.rules.refusal(request)

    async def _answer_response(self, response: DocumentResponse) -> None:
        answer: dict[str, Any] = {"requestId": response.request_id}
        if response.proxy_error:
            # As where no proxy stands between.
            failed = answer | {"errorReason": response.proxy_error}
            await self._session.send("Fetch.failRequest", failed)
            return
        if not response.is_file:
            why = await self._page_refusal(response)
            if why is not None:
                await self._block(response.request_id)
                return
            self._note_page(response.frame_id)
            await self._session.send("Fetch.continueResponse", answer)
            return
        target = await self._page(response.frame_id)
        watch = self._watches.get(target.get("browserContextId", ""))
        if not target:
            self._note_page(response.frame_id)
        elif watch is not None and response.frame_id not in self._with_pages:
            watch.downloads.receive(self._take(response, watch.downloads))
            return
        elif response.opens_viewer:
            answer["responseCode"] = response.status
            answer["responseHeaders"] = response.headers_as_attachment()
        await self._session.send("Fetch.continueResponse", answer)

    async def _page_refusal(self, response: DocumentResponse) -> str | None:
        frame = await self._frame(response.frame_id)
        watch = self._watches.get(frame.context_id)
        if watch is None or not frame.is_page or response.redirects:
            return None
        why = watch.rules.page_refusal(response.url)
        if why is not None:
            watch.blocked.append(why)
        return why

    async def _take(self, response: DocumentResponse, receiver: Receiver) -> Content:
        """Reads a file that a new tab was opened for, and closes the tab."""
        request = {"requestId": response.request_id}
        name, limits = response.suggested_name, receiver.limits
        try:
            body = await write_chunks(self._parts(request), receiver.folder, name, limits)
        finally:
            await self._session.send("Fetch.failRequest", request | {"errorReason": "Aborted"})
            await self._session.send("Target.closeTarget", {"targetId": response.frame_id})
        return Content(body, response.url, name, response.content_type)

    async def _parts(self, request: dict[str, Any]) -> AsyncIterator[bytes]:
        """A body as it comes, so that no more of it is held than a part."""
        from playwright.async_api import Error

        stream = await self._session.send("Fetch.takeResponseBodyAsStream", request)
        handle = {"handle": stream["stream"]}
        try:
            while True:
                part = await self._session.send("IO.read", handle | {"size": CHUNK})
                data = str(part["data"])
                yield base64.b64decode(data) if part.get("base64Encoded") else data.encode()
                if part["eof"]:
                    return
        finally:
            with contextlib.suppress(Error):
                await self._session.send("IO.close", handle)

    async def _page(self, frame_id: str) -> dict[str, Any]:
        """The page that this frame is the main one of; empty for an iframe."""
        target = await self._target(frame_id)
        return target if target.get("type") == "page" else {}

    async def _target(self, frame_id: str) -> dict[str, Any]:
        """What Chromium says of a frame; empty for one that shares its page's process."""
        from playwright.async_api import Error

        try:
            answer = await self._session.send("Target.getTargetInfo", {"targetId": frame_id})
        except Error:
            return {}
        return dict(answer["targetInfo"])

    async def _frame(self, frame_id: str) -> _Frame:
        """Whose frame this is; of one inside a page, nothing is known."""
        known = self._frames.get(frame_id)
        if known is not None:
            return known
        target = await self._target(frame_id) if frame_id else {}
        is_page = target.get("type") == "page"
        frame = _Frame(target.get("browserContextId", ""), is_page=is_page)
        self._frames[frame_id] = frame
        if len(self._frames) > _MOST_TARGETS:
            self._frames.popitem(last=False)
        return frame

    def _note_page(self, frame_id: str) -> None:
        self._with_pages[frame_id] = None
        self._with_pages.move_to_end(frame_id)
        if len(self._with_pages) > _MOST_TARGETS:
            self._with_pages.popitem(last=False)
