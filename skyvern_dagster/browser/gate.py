"""Stands between Chromium and the documents it loads, for every page of a browser.

It does what Playwright's own routing can't: it sees each hop of a redirect, and it changes a
response's headers without fetching it a second time. A PDF thus becomes a download where Chromium
would open its viewer (which raises no download event and keeps the file for itself), however it
was asked for: link, form, script. A file in a new tab is taken right here, since the download
event of a tab that has just been opened gets lost now and then.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.document_response import DocumentResponse
from skyvern_dagster.browser.file_content import Content
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.errors import NetworkPolicyError

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession

_MOST_TARGETS = 2000

Receive = Callable[[Coroutine[Any, Any, Content]], None]


@dataclass
class Watch:
    """What the gate does for one context.

    Attributes:
        receive: Takes a file that is on its way.
        policy: Which addresses its pages may open.
        blocked: Why navigations were stopped.
    """

    receive: Receive
    policy: NetworkPolicy
    blocked: list[str] = field(default_factory=list)


class DocumentGate:
    """Intercepts documents of one browser over the Chrome DevTools protocol.

    Args:
        session: CDP session of the browser itself, so that pop-ups are seen from their start.
    """

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._watches: dict[str, Watch] = {}
        self._with_pages: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, browser: Browser) -> DocumentGate:
        """Has Chromium pause each document's response, in all pages that it has or will open."""
        gate = cls(await browser.new_browser_cdp_session())
        gate._session.on("Fetch.requestPaused", gate._on_paused)
        await gate._listen()
        return gate

    async def watch(self, context_id: str, target_id: str, watch: Watch) -> None:
        """Takes a context's documents over: files become downloads, forbidden addresses fail.

        Args:
            context_id: Chromium's id of the context.
            target_id: Chromium's id of its first page.
            watch: What to do.
        """
        self._watches[context_id] = watch
        self._note_page(target_id)
        # Chromium itself keeps web pages from opening `file:` and `chrome:` addresses.
        if watch.policy.is_restrictive:
            await self._listen()

    def release(self, context_id: str) -> None:
        """Ends what :meth:`watch` began, for a context that was closed."""
        self._watches.pop(context_id, None)

    async def _listen(self) -> None:
        restricts = any(watch.policy.is_restrictive for watch in self._watches.values())
        patterns = [
            {"urlPattern": "*", "resourceType": "Document", "requestStage": stage}
            for stage in (("Response", "Request") if restricts else ("Response",))
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
            if "responseStatusCode" in event:
                await self._answer_response(DocumentResponse.of(event))
            else:
                await self._answer_request(event)

    async def _answer_request(self, event: Mapping[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        if "responseErrorReason" not in event:
            target = await self._page(event.get("frameId", ""))
            watch = self._watches.get(target.get("browserContextId", ""))
            try:
                if watch is not None:
                    await watch.policy.check(event["request"]["url"])
            except NetworkPolicyError as error:
                if watch is not None:
                    watch.blocked.append(str(error))
                reason = {"errorReason": "BlockedByClient"}
                await self._session.send("Fetch.failRequest", request | reason)
                return
        await self._session.send("Fetch.continueRequest", request)

    async def _answer_response(self, response: DocumentResponse) -> None:
        answer: dict[str, Any] = {"requestId": response.request_id}
        target = await self._page(response.frame_id) if response.is_file else {}
        watch = self._watches.get(target.get("browserContextId", ""))
        if not target:
            self._note_page(response.frame_id)
        elif watch is not None and response.frame_id not in self._with_pages:
            watch.receive(self._take(response))
            return
        elif response.opens_viewer:
            answer["responseCode"] = response.status
            answer["responseHeaders"] = response.headers_as_attachment()
        await self._session.send("Fetch.continueResponse", answer)

    async def _take(self, response: DocumentResponse) -> Content:
        """Reads a file that a new tab was opened for, and closes the tab."""
        request = {"requestId": response.request_id}
        found = await self._session.send("Fetch.getResponseBody", request)
        body = str(found["body"])
        content = base64.b64decode(body) if found["base64Encoded"] else body.encode()
        await self._session.send("Fetch.failRequest", request | {"errorReason": "Aborted"})
        await self._session.send("Target.closeTarget", {"targetId": response.frame_id})
        return Content(content, response.url, response.suggested_name, response.content_type)

    async def _page(self, frame_id: str) -> dict[str, Any]:
        """The page that this frame is the main one of; empty for an iframe."""
        from playwright.async_api import Error

        try:
            found = await self._session.send("Target.getTargetInfo", {"targetId": frame_id})
        except Error:
            return {}
        target = dict(found["targetInfo"])
        return target if target.get("type") == "page" else {}

    def _note_page(self, frame_id: str) -> None:
        self._with_pages[frame_id] = None
        self._with_pages.move_to_end(frame_id)
        if len(self._with_pages) > _MOST_TARGETS:
            self._with_pages.popitem(last=False)
