"""Stands between Chromium and the documents it loads, for every page of a browser.

It does two things that Playwright's own routing can't: it sees each hop of a redirect, and it
changes a response's headers without fetching it a second time. A PDF thus becomes a download
where Chromium would open its viewer (which raises no download event and keeps the file for
itself), however it was asked for: link, new tab, form, script.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.traffic import VIEWER_TYPES
from skyvern_dagster.errors import BrowserError, NetworkPolicyError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, CDPSession, Page


class DocumentGate:
    """Intercepts documents of one browser over the Chrome DevTools protocol.

    Args:
        session: CDP session of the browser itself, so that pop-ups are seen from their start.
    """

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._policies: dict[str, NetworkPolicy] = {}
        self._blocked: dict[str, list[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, browser: Browser) -> DocumentGate:
        """Starts intercepting."""
        gate = cls(await browser.new_browser_cdp_session())
        gate._session.on("Fetch.requestPaused", gate._on_paused)
        await gate._listen()
        return gate

    async def restrict(self, page: Page, policy: NetworkPolicy) -> str:
        """Holds all pages of this page's context to a policy; gives the context's id.

        Only a policy that restricts more than schemes needs this: Chromium itself keeps web pages
        from opening ``file:`` and ``chrome:`` addresses.
        """
        context_id = await _context_id(page.context, page)
        self._policies[context_id] = policy
        await self._listen()
        return context_id

    def release(self, context_id: str) -> None:
        """Forgets a context that was closed."""
        self._policies.pop(context_id, None)
        self._blocked.pop(context_id, None)

    def take_blocked(self, context_id: str) -> list[str]:
        """Why navigations of this context were stopped since the last call."""
        return self._blocked.pop(context_id, [])

    async def _listen(self) -> None:
        stages = ["Response", "Request"] if self._policies else ["Response"]
        patterns = [
            {"urlPattern": "*", "resourceType": "Document", "requestStage": stage}
            for stage in stages
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
            if _is_response(event):
                await self._answer_response(event)
            else:
                await self._answer_request(event)

    async def _answer_request(self, event: Mapping[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        if self._policies and "responseErrorReason" not in event:
            context_id = (await self._target(event)).get("browserContextId", "")
            policy = self._policies.get(context_id)
            try:
                if policy is not None:
                    await policy.check(event["request"]["url"])
            except NetworkPolicyError as error:
                self._blocked.setdefault(context_id, []).append(str(error))
                reason = {"errorReason": "BlockedByClient"}
                await self._session.send("Fetch.failRequest", request | reason)
                return
        await self._session.send("Fetch.continueRequest", request)

    async def _answer_response(self, event: Mapping[str, Any]) -> None:
        answer: dict[str, Any] = {"requestId": event["requestId"]}
        if _opens_viewer(event) and (await self._target(event)).get("type") == "page":
            answer["responseCode"] = event["responseStatusCode"]
            answer["responseHeaders"] = _as_attachment(event["responseHeaders"])
        await self._session.send("Fetch.continueResponse", answer)

    async def _target(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The page that this document is the main frame of; empty for an iframe's document."""
        from playwright.async_api import Error

        try:
            found = await self._session.send(
                "Target.getTargetInfo", {"targetId": event.get("frameId", "")}
            )
        except Error:
            return {}
        return dict(found["targetInfo"])


def _is_response(event: Mapping[str, Any]) -> bool:
    return "responseStatusCode" in event


def _opens_viewer(event: Mapping[str, Any]) -> bool:
    if not 200 <= event["responseStatusCode"] < 300:
        return False
    headers = {each["name"].lower(): each["value"] for each in event["responseHeaders"]}
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not content_type:
        return str(urlsplit(event["request"]["url"]).path).lower().endswith(".pdf")
    return content_type in VIEWER_TYPES


def _as_attachment(headers: list[dict[str, str]]) -> list[dict[str, str]]:
    others = [each for each in headers if each["name"].lower() != "content-disposition"]
    given = [each["value"] for each in headers if each["name"].lower() == "content-disposition"]
    # `inline; filename="x.pdf"` keeps its file name.
    parameters = given[0].partition(";")[2].strip() if given else ""
    value = f"attachment; {parameters}" if parameters else "attachment"
    return [*others, {"name": "Content-Disposition", "value": value}]


async def _context_id(context: BrowserContext, page: Page) -> str:
    session = await context.new_cdp_session(page)
    try:
        found = await session.send("Target.getTargetInfo")
    finally:
        await session.detach()
    context_id = found["targetInfo"].get("browserContextId")
    if not context_id:
        raise BrowserError("The browser doesn't say which context a page belongs to")
    return str(context_id)
