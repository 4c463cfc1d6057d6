"""The open pages of a session, and which of them is the current one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from skyvern_dagster.browser.observation import Tab
from skyvern_dagster.errors import BrowserError

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page


_TITLE_SECONDS = 2.0
"""For a tab's title; a tab that hangs is told by its address."""


class Tabs:
    """Follows a context: a page that opens becomes the current one, a closed one falls back.

    Args:
        context: The context to follow.
        on_open: Called with each page, those already open included.

    Attributes:
        opened: How many pages there have been.
        crashed: Whether the process of a page has gone while it was the current one.
    """

    def __init__(self, context: BrowserContext, on_open: Callable[[Page], None]) -> None:
        self._context = context
        self._on_open = on_open
        self._recent: list[Page] = []
        self.opened = 0
        self.crashed = False
        for page in context.pages:
            self._add(page)
        context.on("page", self._add)

    @property
    def current(self) -> Page:
        """The page that actions go to.

        Raises:
            BrowserError: Every page is closed.
        """
        while self._recent and self._recent[-1].is_closed():
            self._recent.pop()
        if not self._recent:
            raise BrowserError("The session has no open page left")
        return self._recent[-1]

    async def ensure(self) -> Page:
        """The current page; a blank one when the last page closed itself."""
        try:
            return self.current
        except BrowserError:
            page = await self._context.new_page()
            self._make_current(page)
            return page

    async def switch(self, index: int) -> bool:
        """Makes an open page the current one; false when there is no such page."""
        pages = self._context.pages
        if not 0 <= index < len(pages):
            return False
        self._make_current(pages[index])
        await pages[index].bring_to_front()
        return True

    async def titles(self, other_than: Page) -> dict[Page, str]:
        """Titles of the open pages other than one whose title is known anyway."""
        pages = [page for page in self._context.pages if page is not other_than]
        titles = await asyncio.gather(*(_title(page) for page in pages))
        return dict(zip(pages, titles, strict=True))

    def list(self, titles: Mapping[Page, str]) -> tuple[Tab, ...]:
        """All open pages, in the order in which they were opened."""
        return tuple(
            Tab(index, page.url, titles.get(page, ""), page in self._recent[-1:])
            for index, page in enumerate(self._context.pages)
        )

    def _add(self, page: Page) -> None:
        if page not in self._recent:
            self._recent.append(page)
            self.opened += 1
            page.on("close", self._forget)
            page.on("crash", self._crash)
            self._on_open(page)

    def _crash(self, page: Page) -> None:
        """A pop-up's process may go; what goes on the page that is worked on goes with it."""
        self.crashed = self.crashed or page in self._recent[-1:]
        self._forget(page)

    def _forget(self, page: Page) -> None:
        if page in self._recent:
            self._recent.remove(page)

    def _make_current(self, page: Page) -> None:
        self._forget(page)
        self._recent.append(page)


async def _title(page: Page) -> str:
    from playwright.async_api import Error

    # A page that is busy with itself doesn't answer.
    try:
        return await asyncio.wait_for(page.title(), _TITLE_SECONDS)
    except (Error, TimeoutError):
        return ""
