"""Keeps one blank context ready, since opening one takes longer than most actions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.scripts import script

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext


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
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._options: Mapping[str, Any] = {}
        self._next: asyncio.Task[BlankContext] | None = None

    async def take(self, options: Mapping[str, Any]) -> BlankContext:
        """A context set up with these ``new_context`` options.

        Raises:
            playwright.async_api.Error: It can't be opened.
        """
        ready = self._next if options == self._options else None
        surplus = self._next if ready is None else None
        self._next = None
        blank = await self._opened(ready, options)
        self._options = options
        self._next = asyncio.ensure_future(self._open(options))
        self._next.add_done_callback(_retrieved)
        if surplus is not None:
            await _close(surplus)
        return blank

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
            with contextlib.suppress(Error):
                blank = await ready
                if not blank.crash.is_set():
                    return blank
                await blank.context.close()
        return await self._open(options)

    async def _open(self, options: Mapping[str, Any]) -> BlankContext:
        context = await self._browser.new_context(**options)
        await context.add_init_script(script("hooks"))
        page, crash = await context.new_page(), asyncio.Event()
        page.on("crash", lambda _: crash.set())
        protocol = await context.new_cdp_session(page)
        target = (await protocol.send("Target.getTargetInfo"))["targetInfo"]
        await protocol.detach()
        return BlankContext(
            context, str(target.get("browserContextId", "")), target["targetId"], crash
        )


async def _close(opening: asyncio.Task[BlankContext]) -> None:
    from playwright.async_api import Error

    with contextlib.suppress(Error):
        await (await opening).context.close()


def _retrieved(task: asyncio.Task[BlankContext]) -> None:
    # A failure is the next taker's to meet, by trying again.
    if not task.cancelled():
        task.exception()
