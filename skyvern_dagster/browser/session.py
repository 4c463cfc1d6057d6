"""A browser session: one context, its current page, and all that is known about them."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.console import ConsoleLog
from skyvern_dagster.browser.context_pool import BlankContext
from skyvern_dagster.browser.dialogs import Dialogs
from skyvern_dagster.browser.document_interception import DocumentInterception, Watch
from skyvern_dagster.browser.download_limits import DownloadLimits
from skyvern_dagster.browser.downloads import Downloads
from skyvern_dagster.browser.fetching import reason_of
from skyvern_dagster.browser.har import HarLog
from skyvern_dagster.browser.labelled_picture import drawn, labels_of
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.observing import observe
from skyvern_dagster.browser.page_request import RequestRules
from skyvern_dagster.browser.picture import picture_of
from skyvern_dagster.browser.screencast import Screencast
from skyvern_dagster.browser.sendings import Sendings
from skyvern_dagster.browser.state import BrowserState
from skyvern_dagster.browser.storage import WebStorage
from skyvern_dagster.browser.tabs import Tabs
from skyvern_dagster.browser.traffic import Traffic
from skyvern_dagster.errors import BrowserBrokenError, BrowserError, PageTooLargeError

if TYPE_CHECKING:
    from playwright.async_api import Page

    from skyvern_dagster.browser.runtime import BrowserRuntime

_CLOSE_SECONDS = 5.0
"""For a context to close by itself, with its files; the browser is taken for broken then."""

_ANSWER_SECONDS = 10.0
"""A browser under load answers within one or two; one that doesn't by then won't."""


@dataclass(frozen=True)
class SessionOptions:
    """How a session's context is set up.

    Attributes:
        locale: Language that pages are asked for.
        width: Viewport width in CSS pixels.
        height: Viewport height.
        policy: Limits on addresses.
        downloads: Limits on what is downloaded.
        extra: More of Playwright's ``new_context`` options (``user_agent``, ``proxy``, ...).
    """

    locale: str = "en-US"
    width: int = 1280
    height: int = 800
    policy: NetworkPolicy = field(default_factory=NetworkPolicy)
    downloads: DownloadLimits = field(default_factory=DownloadLimits)
    extra: tuple[tuple[str, Any], ...] = ()

    def as_context_options(self) -> dict[str, Any]:
        """The options in Playwright's words."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "locale": self.locale,
            "accept_downloads": True,
            **dict(self.extra),
        }


class BrowserSession:
    """A browser context in use by one block; open it with :meth:`open`.

    All coroutines of a session run on its runtime's event loop, one action at a time.

    Attributes:
        tabs: Open pages.
        traffic: What they load.
        sendings: What they hand over, and what is answered.
        dialogs: JavaScript dialogs that came up.
        console: What pages wrote to their console.
        har: What they requested.
        downloads: Files that landed.
        storage: Web storage that is yet to be restored.
        options: How the context was set up.
        proxy: What holds its requests to the network policy; empty where nothing has to.
    """

    def __init__(
        self,
        blank: BlankContext,
        gate: DocumentInterception,
        downloads_dir: Path,
        state: BrowserState,
        options: SessionOptions,
        proxy: str = "",
    ) -> None:
        context = blank.context
        self.proxy = proxy
        self._blank = blank
        self._gate = gate
        self._context = context
        self._state = state
        self._tracing = False
        self._closed = False
        self.hidden: set[str] = set()
        self.options = options
        self.traffic = Traffic(context)
        self.sendings = Sendings(context)
        self.dialogs = Dialogs(context)
        self.console = ConsoleLog(context)
        self.har = HarLog(context)
        self.downloads = Downloads(downloads_dir, self.traffic, options.downloads)
        self.storage = WebStorage(context, state)
        self._watch = Watch(self.downloads, options.policy)
        self.tabs = Tabs(context, self._follow)
        context.on("close", self._on_close)

    @classmethod
    async def open(
        cls,
        runtime: BrowserRuntime,
        *,
        downloads_dir: Path,
        state: BrowserState | None = None,
        options: SessionOptions | None = None,
    ) -> BrowserSession:
        """Opens a context with a blank page.

        Opening two sessions from one state is a fork: neither sees what the other does.

        Args:
            runtime: Whose browser to use; started if need be.
            downloads_dir: Where files go.
            state: What an earlier session handed on; a clean context without it.
            options: How to set the context up.

        Raises:
            BrowserNotFoundError: No Chromium could be found.
            BrowserError: Chromium doesn't start.
        """
        chosen, given = options or SessionOptions(), state or BrowserState()
        proxy = await runtime.proxy_for(chosen.policy)
        blank, gate = await runtime.blank_context({**chosen.as_context_options(), **proxy})
        server = str(proxy.get("proxy", {}).get("server", ""))
        session = cls(blank, gate, downloads_dir, given, chosen, server)
        await gate.watch(blank.context_id, blank.target_id, session._watch)
        await session.storage.restore()
        return session

    @property
    def page(self) -> Page:
        """The current page.

        Raises:
            BrowserError: Every page is closed.
        """
        return self.tabs.current

    @property
    def address(self) -> str:
        """Where the current page is; empty where every page is closed."""
        try:
            return self.page.url
        except BrowserError:
            return ""

    @property
    def rules(self) -> RequestRules:
        """Which requests don't go out."""
        return self._watch.rules

    @property
    def user_agent(self) -> str:
        """What the browser calls itself."""
        return self._gate.user_agent

    @property
    def resume_url(self) -> str:
        """Where the handed-on state was; empty when there was none."""
        return self._state.url

    @property
    def is_usable(self) -> bool:
        """Whether the context, and the process of its current page, are still there."""
        browser = self._context.browser
        is_connected = browser is not None and browser.is_connected()
        return is_connected and not self._closed and not self.tabs.crashed

    async def require_working(self) -> None:
        """Holds that something can still be done with the session.

        Raises:
            BrowserBrokenError: The browser is gone, or the process of the page that was current.
            PageTooLargeError: That process was ended, since it took too much memory.
        """
        from playwright.async_api import Error

        try:
            # One round trip: what has happened before it has been told by then.
            await asyncio.wait_for(self._context.cookies("http://localhost"), _ANSWER_SECONDS)
        except (Error, TimeoutError) as error:
            raise BrowserBrokenError("Chromium is gone: it crashed, or was ended") from error
        if self.tabs.crashed:
            memory = self._gate.memory
            if memory.has_ended_one:
                raise PageTooLargeError(
                    f"the page took more than {memory.most_bytes // 1_000_000:,} MB of memory and "
                    "was ended (SKYVERN_MAX_PAGE_MEMORY_MB sets the limit)"
                )
            raise BrowserBrokenError(
                "the page's process is gone: it crashed, was ended, or ran out of memory"
            )

    async def is_turned_away(self) -> bool:
        """Whether a server was asked too much, or the page asks for a login."""
        from playwright.async_api import Error

        if self.traffic.too_many:
            return True
        try:
            return await self.page.locator("input[type=password]:visible").count() > 0
        except (Error, BrowserError):
            return False

    async def observe(self, *, text_budget: int = 20_000) -> Observation:
        """Looks at the current page.

        Raises:
            BrowserError: The page doesn't answer.
        """
        page = await self.tabs.ensure()
        try:
            return await self._observe(page, text_budget)
        except BrowserError:
            # A page that closed or crashed meanwhile leaves another one current.
            other = await self.tabs.ensure()
            if other is page:
                raise
            return await self._observe(other, text_budget)

    async def screenshot(self, quality: int = 60) -> bytes:
        """The viewport as a JPEG; places that show a typed secret are painted over.

        Args:
            quality: JPEG quality, 1 to 100.

        Raises:
            BrowserError: The page gives none.
        """
        from playwright.async_api import Error

        try:
            return await picture_of(await self.tabs.ensure(), self.hidden, quality)
        except Error as error:
            raise BrowserError(f"the page gave no picture: {reason_of(error)}") from error

    async def labelled_screenshot(self, observation: Observation) -> bytes:
        """The viewport as a JPEG with the refs of a look at it drawn at their elements.

        Raises:
            BrowserError: The page gives no picture, or the browser can't draw on it.
        """
        from playwright.async_api import Error

        picture = await self.screenshot()
        browser, size = self._context.browser, self.tabs.current.viewport_size
        labels = labels_of(observation)
        if browser is None or size is None or not labels:
            return picture
        try:
            return await drawn(browser, picture, labels, (size["width"], size["height"]))
        except Error as error:
            raise BrowserError(f"no refs could be drawn: {reason_of(error)}") from error

    def hide(self, text: str) -> None:
        """From now on, no screenshot shows this text: it is about to be typed, and secret."""
        self.hidden.add(text)

    async def state(self) -> BrowserState:
        """What to hand on."""
        page = await self.tabs.ensure()
        return await self.storage.read(page)

    async def obey(self, rules: RequestRules) -> None:
        """From now on, requests that these rules refuse don't leave the browser.

        Call it again with rules that now want to see more, or less.
        """
        self._watch.rules = rules
        await self._gate.listen()

    def dropped_requests(self) -> tuple[str, ...]:
        """Why requests other than navigations were stopped since the last call."""
        dropped = tuple(dict.fromkeys(self._watch.dropped))
        self._watch.dropped.clear()
        return dropped

    def blocked_addresses(self) -> tuple[str, ...]:
        """Why navigations were stopped since the last call."""
        blocked = tuple(self._watch.blocked)
        self._watch.blocked.clear()
        return blocked

    async def start_trace(self, *, pictures: bool = True) -> None:
        """Starts recording a Playwright trace with snapshots of pages.

        Args:
            pictures: Whether also with a film strip. It costs as much as a video, which shows the
                same.

        The trace holds whatever pages show and what is typed: redact it before it is kept.
        """
        if not self._tracing:
            await self._context.tracing.start(screenshots=pictures, snapshots=True)
            self._tracing = True

    async def stop_trace(self, path: Path) -> bool:
        """Writes the trace; false when none was being recorded."""
        if not self._tracing:
            return False
        self._tracing = False
        await self._context.tracing.stop(path=path)
        return True

    async def drop_trace(self) -> None:
        """Ends the trace, if one is being recorded, and keeps nothing of it."""
        if self._tracing:
            self._tracing = False
            await self._context.tracing.stop()

    def screencast(self, folder: Path) -> Screencast:
        """Takes frames of the session's pages, once it is started."""
        return Screencast(self._context, folder, (self.options.width, self.options.height))

    async def close(self) -> None:
        """Closes the context; safe to call twice."""
        from playwright.async_api import Error

        self._on_close()
        self._gate.release(self._blank.context_id)
        # A hanging page must not hold up the run; the runtime's end takes it along.
        with contextlib.suppress(Error, asyncio.TimeoutError):
            await asyncio.wait_for(self._context.close(), _CLOSE_SECONDS)

    async def _observe(self, page: Page, text_budget: int) -> Observation:
        dialogs, status = self.dialogs.take_unseen(), self.traffic.status_of(page)
        seen, titles = await asyncio.gather(
            observe(page, http_status=status, dialogs=dialogs, text_budget=text_budget),
            self.tabs.titles(other_than=page),
        )
        return replace(seen, tabs=self.tabs.list({**titles, page: seen.title}))

    def _follow(self, page: Page) -> None:
        page.on("close", self.traffic.forget)
        self.downloads.follow(page)
        self.storage.follow(page)
        self.traffic.nudge()

    def _on_close(self, *_: object) -> None:
        self._closed = True
