"""Actions on pages rather than elements: open, go back, wait, change tabs."""

from __future__ import annotations

import asyncio
import contextlib
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from skyvern_dagster.addresses.http_status import is_server_error
from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.browser.action import leave_error_page, perform
from skyvern_dagster.browser.fetching import reason_of
from skyvern_dagster.browser.page_snapshot import page_snapshot
from skyvern_dagster.browser.questions import ask
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.errors import ActionError, NavigationError

if TYPE_CHECKING:
    from playwright.async_api import Frame, Locator, Page

    from skyvern_dagster.browser.session import BrowserSession

_GOTO_TIMEOUT = 30_000.0
"""Milliseconds until a server begins to answer: Playwright's own default."""
_LIMIT = 15.0
"""Seconds until a page is idle that has begun to come: half as much again as after a click, since
everything loads anew."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")
_TRIES = 3
"""A server error may be one of several servers'; a third is no chance."""
_BACKOFF_SECONDS = 0.4
"""Times the try: short, since the planner waits longer when it sees the error."""
_FIND_TIMEOUT = 2_000.0
"""Milliseconds for one of the places where a text stands."""
_MOST_FOUND = 3
"""Places of a text that are told: enough to tell whether it is the one that was meant."""
_WINDOW = 160
"""Characters around a text: two sentences."""
_LOOK_SECONDS = 0.25
"""Between looks for a text that is waited for; a change of the page wakes it before."""
_SETTLED_SECONDS = 0.7
"""Without a further change, after one that was waited for: rows come in parts, a spinner first.
What people still take for one and the same change."""


async def goto(session: BrowserSession, url: str) -> ActionResult:
    """Opens an address; one that answers with a server error is tried again, twice.

    Raises:
        NavigationError: There is no such host, or it can't be reached, or takes too long.
        NetworkPolicyError: The policy forbids the address.
    """
    page = await session.tabs.ensure()
    address = absolute(page.url, url)
    await session.options.policy.check(address)
    attempt, begun = 1, session.downloads.begun
    while True:
        result = await perform(session, lambda current: _open(current, address), limit=_LIMIT)
        if session.traffic.came_to_nothing() and session.downloads.begun == begun:
            raise NavigationError(
                f"{address} could not be opened: its server sends on to what is no page"
            )
        status = session.traffic.status_of(session.page) or HTTPStatus.OK
        if result.downloads or not is_server_error(status):
            return result
        if attempt == _TRIES:
            return _server_error(result, address, status)
        await asyncio.sleep(_BACKOFF_SECONDS * attempt)
        attempt += 1


async def resume(session: BrowserSession) -> ActionResult | None:
    """Opens the address that the handed-on state was at; ``None`` when it had none.

    Raises:
        NavigationError: It can't be opened.
        NetworkPolicyError: The policy forbids it.
    """
    return await goto(session, session.resume_url) if session.resume_url else None


def _server_error(result: ActionResult, address: str, status: int) -> ActionResult:
    error = f"HTTP {status} from {address}, {_TRIES} times in a row"
    return ActionResult(
        ok=False,
        message=error,
        url_before=result.url_before,
        url_after=result.url_after,
        text_appeared=result.text_appeared,
        page_changed=result.page_changed,
        error=error,
        cause="http_error",
        http_status=status,
    )


def absolute(current: str, url: str) -> str:
    """The address that ``goto`` opens on a page, as Chromium will read it."""
    address = url.strip()
    if current.startswith("http") and address.startswith(("/", "\\", "?", "#", ".")):
        resolved = parse_url(address, current)
    else:
        # ``localhost:8000`` is a host with a port, not a scheme.
        has_scheme = _SCHEME.match(address) is not None
        resolved = parse_url(address if has_scheme else f"https://{address.lstrip('/')}")
    return resolved.href if resolved is not None else address


async def _open(page: Page, address: str) -> str:
    from playwright.async_api import Error

    before = page.url
    try:
        await page.goto(address, wait_until="commit", timeout=_GOTO_TIMEOUT)
    except Error as error:
        if _is_no_page(error.message):
            return f"Opened {address}, which gives no page of its own"
        browser = page.context.browser
        if browser is not None and not browser.is_connected():
            raise  # no fault of the page's: the browser is gone, and the block is tried again
        with contextlib.suppress(Error):
            await leave_error_page(page)
        if before.startswith("http") and page.url.startswith(("chrome-error:", "about:blank")):
            with contextlib.suppress(Error):
                await page.goto(before, wait_until="domcontentloaded", timeout=_GOTO_TIMEOUT)
        raise NavigationError(f"{address} could not be opened: {reason_of(error)}") from error
    return f"Opened {address}"


def _is_no_page(message: str) -> bool:
    """A download, an empty answer (HTTP 204), or the page went on to another address at once."""
    tokens = ("ERR_ABORTED", "Download is starting", "interrupted by another navigation")
    return any(token in message for token in tokens)


async def back(session: BrowserSession) -> ActionResult:
    """Goes back in the page's history; a tab without one is closed instead."""

    async def act(page: Page) -> str:
        has_history = await page.evaluate("() => history.length > 1")
        if not has_history and len(page.context.pages) > 1:
            await page.close()
            return "Closed the tab, which had no earlier page"
        before = page.url
        await page.go_back(wait_until="commit", timeout=_GOTO_TIMEOUT)
        if page.url == before and not has_history:
            raise ActionError("There is no earlier page to go back to")
        return "Went back"

    return await perform(session, act)


async def forward(session: BrowserSession) -> ActionResult:
    """Goes forward in the page's history."""

    async def act(page: Page) -> str:
        before = page.url
        await page.go_forward(wait_until="commit", timeout=_GOTO_TIMEOUT)
        if page.url == before:
            raise ActionError("There is no later page to go forward to")
        return "Went forward"

    return await perform(session, act)


async def reload(session: BrowserSession) -> ActionResult:
    """Loads the page again."""

    async def act(page: Page) -> str:
        await page.reload(wait_until="commit", timeout=_GOTO_TIMEOUT)
        return "Loaded the page again"

    return await perform(session, act, limit=_LIMIT)


async def close_tab(session: BrowserSession) -> ActionResult:
    """Closes the current page, unless it is the only one."""

    async def act(page: Page) -> str:
        if len(page.context.pages) == 1:
            raise ActionError("This is the only open tab; it stays")
        await page.close()
        return "Closed the tab"

    return await perform(session, act)


async def wait(
    session: BrowserSession, seconds: float = 5.0, for_text: str | None = None
) -> ActionResult:
    """Waits until a text shows, or else until the page changes and rests again.

    Args:
        session: Whose page to watch.
        seconds: Most seconds to wait.
        for_text: Text to wait for, in any frame.
    """

    async def act(page: Page) -> str:
        if for_text is not None:
            await _until_text(page, for_text, seconds)
            return f'The page shows "{for_text}"'
        return await _until_change(session, page, seconds)

    return await perform(session, act, limit=max(seconds, 1.0))


async def _until_text(page: Page, text: str, seconds: float) -> None:
    waits = [
        asyncio.ensure_future(
            frame.get_by_text(text).first.wait_for(state="visible", timeout=seconds * 1000)
        )
        for frame in page.frames
    ]
    try:
        for each in asyncio.as_completed(waits):
            if await _succeeds(each):
                return
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    raise ActionError(f'"{text}" did not show within {seconds:g} seconds')


async def _succeeds(waiting: asyncio.Future[None]) -> bool:
    from playwright.async_api import Error

    try:
        await waiting
    except Error:
        return False
    return True


async def _until_change(session: BrowserSession, page: Page, seconds: float) -> str:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    before, changed = await page_snapshot(page), False
    until = deadline
    while (left := until - loop.time()) > 0:
        await session.traffic.change(min(left, _LOOK_SECONDS))
        if page.is_closed():
            return "Waited until the page closed"
        if (now := await page_snapshot(page)) != before:
            before, changed = now, True
            until = min(deadline, loop.time()) + _SETTLED_SECONDS
    return "Waited until the page changed" if changed else f"Waited {seconds:g} seconds"


async def switch_tab(session: BrowserSession, index: int) -> ActionResult:
    """Makes another open page the current one, by its index in ``Observation.tabs``."""

    async def act(page: Page) -> str:
        if not await session.tabs.switch(index):
            count = len(page.context.pages)
            raise ActionError(f"There is no tab {index}; the session has {count}, from 0 on")
        return f"Switched to tab {index}"

    return await perform(session, act)


async def find_text(session: BrowserSession, text: str) -> ActionResult:
    """Scrolls to the first place that has a text, in any frame, and tells what stands around it.

    Besides texts these are labels, placeholders, titles and descriptions of pictures.
    """

    async def act(page: Page) -> str:
        count, options, around = 0, 0, list[str]()
        for frame in page.frames:
            found = _places(frame, text)
            here = await found.count()
            if here and not count:
                await found.first.scroll_into_view_if_needed(timeout=_FIND_TIMEOUT)
            count += here
            options += await frame.locator("option", has_text=text).count()
            for index in range(min(here, _MOST_FOUND - len(around))):
                whole = await ask(found.nth(index), "skyvern-target=around", _FIND_TIMEOUT)
                around.append(_window(whole, text))
        if not count and options:
            return f'"{text}" is an option of a dropdown'
        if not count:
            raise ActionError(f'"{text}" is nowhere on the page')
        places = "; ".join(f'"{each}"' for each in dict.fromkeys(around) if each)
        times = f'"{text}" is on the page {count} times' if count > 1 else f'Found "{text}"'
        return f"{times}: {places}" if places else times

    return await perform(session, act)


def _window(whole: str, text: str) -> str:
    """The part of a row or paragraph that has the text."""
    start = max(0, whole.casefold().find(text.casefold()) - _WINDOW // 3)
    part = whole[start : start + _WINDOW]
    return f"{'…' * (start > 0)}{part}{'…' * (start + _WINDOW < len(whole))}"


def _places(frame: Frame, text: str) -> Locator:
    texts = frame.get_by_text(text)
    for more in (
        frame.get_by_label(text),
        frame.get_by_placeholder(text),
        frame.get_by_title(text),
    ):
        texts = texts.or_(more)
    return texts.or_(frame.get_by_alt_text(text)).filter(visible=True)
