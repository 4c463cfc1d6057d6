"""One Chromium on one event-loop thread, for callers in any thread."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import threading
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from skyvern_dagster.browser.address_filter import AddressFilter
from skyvern_dagster.browser.chromium import RemoteChromium, find_chromium, start_chromium
from skyvern_dagster.browser.closed_requests import ClosedPlaces
from skyvern_dagster.browser.closed_switches import closed_switches
from skyvern_dagster.browser.context_pool import BlankContext, ContextPool
from skyvern_dagster.browser.document_interception import DocumentInterception
from skyvern_dagster.browser.fetching import reason_of
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.scripts import register_engines
from skyvern_dagster.errors import BrowserBrokenError, BrowserError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

T = TypeVar("T")

_CLOSE_SECONDS = 5.0
"""For Chromium to end by itself; it is killed then."""
_CANCEL_SECONDS = 3.0
"""For an action to notice that its run is canceled; it is left behind then."""

_WAKE_SECONDS = 0.2
"""An op in a thread of its own is interrupted by an exception that strikes when the thread next
runs (``compiler/browser_executor.py``); a wait without an end would put that off until the task is
over."""

_GONE = (
    "Target crashed", "Page crashed", "has been closed", "Target closed", "Connection closed",
)  # fmt: skip
"""What Playwright says when the process behind a page has ended; it has no error class for it.

Seen in Playwright 1.65 (``playwright/driver/package/lib``, ``TargetClosedError`` and
``kTargetCrashedErrorMessage``); ``tests/browser/test_broken.py`` kills the processes.
"""


@dataclass(frozen=True)
class _Engine:
    playwright: Playwright
    browser: Browser
    gate: DocumentInterception
    spare: ContextPool
    is_remote: bool


class BrowserRuntime:
    """Owns Playwright and a browser; both start at the first use.

    Args:
        browser: Path of an executable or URL of a CDP endpoint; empty to look for one.
        headless: Whether Chromium runs without a window.
        closed_ports: Ports of this deployment on this machine, which no page may open.
    """

    def __init__(
        self, browser: str = "", *, headless: bool = True, closed_ports: Sequence[int] = ()
    ) -> None:
        self._configured = browser
        self._headless = headless
        self._closed_ports = tuple(closed_ports)
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._engine: _Engine | None = None
        self._starting = asyncio.Lock()
        self._filters: dict[NetworkPolicy, AddressFilter] = {}
        self._proxies: dict[NetworkPolicy, str] = {}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine on the browser's loop and waits for its result.

        When the waiting thread is interrupted, the coroutine is cancelled, so that the browser
        stops what it does, before the interruption goes on.

        Raises:
            BrowserError: Chromium stopped meanwhile, or Playwright refused.
        """
        loop = self._running_loop()
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise BrowserError("BrowserRuntime.run was called on its own event loop; await instead")
        finished = threading.Event()
        future = asyncio.run_coroutine_threadsafe(self._guarded(coroutine, finished), loop)
        try:
            while not future.done():
                concurrent.futures.wait([future], timeout=_WAKE_SECONDS)
            return future.result()
        except concurrent.futures.CancelledError:
            raise BrowserBrokenError("The browser was closed while it was in use") from None
        except BaseException:
            if future.cancel():
                finished.wait(_CANCEL_SECONDS)
            raise

    def start_ahead(self, options: Mapping[str, Any], policy: NetworkPolicy) -> None:
        """Starts the browser without waiting for it; whoever uses it first is told of a failure.

        Args:
            options: Playwright's ``new_context`` options of the first context that is asked for.
            policy: What that is held to.
        """
        starting = asyncio.run_coroutine_threadsafe(
            self._begin(options, policy), self._running_loop()
        )
        starting.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _begin(self, options: Mapping[str, Any], policy: NetworkPolicy) -> None:
        engine, proxy = await self._running_engine(), await self.proxy_for(policy)
        engine.spare.prepare({**options, **proxy})

    def is_like(self, other: BrowserRuntime) -> bool:
        """Whether another one would start the same browser in the same way."""
        return self.way == other.way

    @property
    def way(self) -> tuple[object, ...]:
        """Which browser it starts, and how."""
        return self._configured, self._headless, self._closed_ports

    async def browser(self) -> Browser:
        """The running browser, started if there is none (any more). Call it on the loop.

        Raises:
            BrowserNotFoundError: No Chromium could be found.
            BrowserError: Chromium doesn't start.
        """
        return (await self._running_engine()).browser

    async def blank_context(
        self, options: Mapping[str, Any]
    ) -> tuple[BlankContext, DocumentInterception]:
        """A new blank context, and the interception of its browser. Call it on the loop.

        Args:
            options: Playwright's ``new_context`` options.
        """
        engine = await self._running_engine()
        return await engine.spare.take(options), engine.gate

    async def proxy_for(self, policy: NetworkPolicy) -> dict[str, Any]:
        """The ``new_context`` option that holds a context to a policy; empty where none is needed.

        A browser that is attached to elsewhere can't reach this process: there, it alone
        holds documents to it. Call it on the loop.
        """
        engine = await self._running_engine()
        if policy.allow_private or engine.is_remote:
            return {}
        return {"proxy": {"server": await self._filter_for(policy), "bypass": "<-loopback>"}}

    async def user_agent(self) -> str:
        """What the browser calls itself. Call it on the loop."""
        return (await self._running_engine()).gate.user_agent

    async def _filter_for(self, policy: NetworkPolicy) -> str:
        if policy not in self._filters:
            self._filters[policy] = AddressFilter(policy.addresses)
            self._proxies[policy] = await self._filters[policy].start()
        return self._proxies[policy]

    def close(self) -> None:
        """Stops Chromium and the thread; safe to call twice. A later use starts anew."""
        with self._guard:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        atexit.unregister(self.close)
        if loop is None or thread is None:
            return
        stopping = asyncio.run_coroutine_threadsafe(self._stop(), loop)
        with contextlib.suppress(concurrent.futures.TimeoutError):
            stopping.result(2 * _CLOSE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_CLOSE_SECONDS)

    def __enter__(self) -> BrowserRuntime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._starting = asyncio.Lock()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop,), name="skyvern-browser", daemon=True
                )
                self._thread.start()
                atexit.register(self.close)
            return self._loop

    async def _guarded(self, coroutine: Coroutine[Any, Any, T], finished: threading.Event) -> T:
        try:
            return await self.translated(coroutine)
        finally:
            finished.set()

    async def translated(self, work: Awaitable[T]) -> T:
        """Awaits work on the browser; what Playwright raises becomes one of our errors.

        Raises:
            BrowserBrokenError: Chromium, or a page's process, has gone.
            BrowserError: Playwright refused.
        """
        from playwright.async_api import Error

        try:
            return await work
        except Error as error:
            if self._engine is not None and not self._engine.browser.is_connected():
                raise BrowserBrokenError("Chromium stopped unexpectedly") from error
            if any(words in error.message for words in _GONE):
                raise BrowserBrokenError(f"The page is gone: {reason_of(error)}") from error
            raise BrowserError(f"The browser refused: {reason_of(error)}") from error

    async def _running_engine(self) -> _Engine:
        async with self._starting:
            if self._engine is not None and not self._engine.browser.is_connected():
                await self._stop_engine()
            if self._engine is None:
                self._engine = await self._start_engine()
            return self._engine

    async def _start_engine(self) -> _Engine:
        from playwright.async_api import async_playwright

        playwright = await async_playwright().start()
        bundled = Path(playwright.chromium.executable_path)
        try:
            await register_engines(playwright)
            proxy = await self._filter_for(NetworkPolicy(closed_ports=self._closed_ports))
            browser = await start_chromium(
                playwright,
                self._configured,
                headless=self._headless,
                switches=closed_switches(self._closed_ports, proxy),
            )
            source = find_chromium(self._configured, bundled=bundled)
            is_remote = isinstance(source, RemoteChromium)
            closed = ClosedPlaces(self._closed_ports) if is_remote else None
            gate = await DocumentInterception.open(browser, closed)
        except BaseException:
            await playwright.stop()
            raise
        return _Engine(playwright, browser, gate, ContextPool(browser), is_remote)

    async def _stop_engine(self) -> None:
        from playwright.async_api import Error

        engine, self._engine = self._engine, None
        if engine is None:
            return
        with contextlib.suppress(Error, asyncio.TimeoutError):
            await asyncio.wait_for(engine.browser.close(), _CLOSE_SECONDS)
        # Without its driver Chromium loses its control pipe and goes, even if it hangs.
        with contextlib.suppress(Error, asyncio.TimeoutError):
            await asyncio.wait_for(engine.playwright.stop(), _CLOSE_SECONDS)

    async def _stop(self) -> None:
        for each in self._filters.values():
            each.close()
        self._filters.clear()
        self._proxies.clear()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await self._stop_engine()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
