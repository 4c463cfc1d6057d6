"""Keeps one blank context ready, since opening one takes longer than most actions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.scripts import script
from skyvern_dagster.errors import BrowserBrokenError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext


_OPEN_SECONDS = 30.0
"""Arbitrary: it takes a tenth of a second, on a very busy machine some; as long as Playwright's own
limit for most of what it does."""

_CLOSE_SECONDS = 10.0
"""Arbitrary: what doesn't close goes with the browser."""


@dataclass(frozen=True)
class BlankContext:
    """A context with one blank page.

    Attributes:
        context: The context itself.
        context_id: How Chromium calls it.
        target_id: How Chromium calls its page.
        crash: Set once the page's process has gone.
    """

    context: BrowserContext
    context_id: str
    target_id: str
    crash: asyncio.Event


class ContextPool:
    """Opens contexts, the next one before it is asked for.

    Args:
        browser: Where to open them.
        open_seconds: How long one may take to open.
    """

    def __init__(self, browser: Browser, open_seconds: float = _OPEN_SECONDS) -> None:
        self._browser = browser
        self._open_seconds = open_seconds
        self._options: Mapping[str, Any] = {}
        self._next: asyncio.Task[BlankContext] | None = None

    def prepare(self, options: Mapping[str, Any]) -> None:
        """Opens the first one, before anybody asks for it; nothing where somebody has asked."""
        if self._next is None:
            self._follow(options)

    async def take(self, options: Mapping[str, Any]) -> BlankContext:
        """A context set up with these ``new_context`` options.

        Raises:
            playwright.async_api.Error: It can't be opened.
            BrowserBrokenError: It doesn't open.
        """
        ready = self._next if options == self._options else None
        surplus = self._next if ready is None else None
        self._next = None
        blank = await self._opened(ready, options)
        if self._next is None:  # somebody else may have taken one meanwhile
            self._follow(options)
        if surplus is not None:
            await _close(surplus)
        return blank

    def _follow(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._next = asyncio.ensure_future(self._open(options))
        self._next.add_done_callback(_retrieved)

    async def close(self) -> None:
        """Closes the context that is kept ready, if there is one."""
        ready, self._next = self._next, None
        if ready is not None:
            await _close(ready)

    async def _opened(
        self, ready: asyncio.Task[BlankContext] | None, options: Mapping[str, Any]
    ) -> BlankContext:
        from playwright.async_api import Error

        if ready is not None:
            with contextlib.suppress(Error, BrowserBrokenError):
                blank = await ready
                if not blank.crash.is_set():
                    return blank
                await _closed(blank.context)
        return await self._open(options)

    async def _open(self, options: Mapping[str, Any]) -> BlankContext:
        """Opens one, in bounded time.

        Playwright waits for ever for a page whose process was killed while it was made.
        """
        context: BrowserContext | None = None
        try:
            async with asyncio.timeout(self._open_seconds):
                context = await self._browser.new_context(**options)
                return await _blank(context)
        except TimeoutError as error:
            if context is not None:
                await _closed(context)
            raise BrowserBrokenError(
                f"A new page did not open within {self._open_seconds:.0f} s: its process is gone, "
                "or the machine is too busy"
            ) from error


async def _blank(context: BrowserContext) -> BlankContext:
    """Gives a context its page."""
    await context.add_init_script(script("hooks") + script("documents_in_text"))
    page, crash = await context.new_page(), asyncio.Event()
    page.on("crash", lambda _: crash.set())
    protocol = await context.new_cdp_session(page)
    target = (await protocol.send("Target.getTargetInfo"))["targetInfo"]
    await protocol.detach()
    return BlankContext(context, str(target.get("browserContextId", "")), target["targetId"], crash)


async def _close(opening: asyncio.Task[BlankContext]) -> None:
    from playwright.async_api import Error

    with contextlib.suppress(Error, BrowserBrokenError):
        await _closed((await opening).context)


async def _closed(context: BrowserContext) -> None:
    """Closes a context whose page may have gone."""
    from playwright.async_api import Error

    with contextlib.suppress(Error, TimeoutError):
        await asyncio.wait_for(context.close(), _CLOSE_SECONDS)


def _retrieved(task: asyncio.Task[BlankContext]) -> None:
    # A failure is the next taker's to meet, by trying again.
    if not task.cancelled():
        task.exception()
