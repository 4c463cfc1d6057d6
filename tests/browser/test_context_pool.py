"""A renderer that is killed while its page is made: Playwright would wait for it for ever."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.async_api import Error

from skyvern_dagster.browser.context_pool import ContextPool
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.errors import BrowserBrokenError
from tests.processes import chromium_processes, kill


@contextmanager
def no_renderer_lives() -> Iterator[None]:
    """Kills renderers as soon as they are there."""
    stopped = threading.Event()

    def killing() -> None:
        while not stopped.wait(0.02):
            kill(chromium_processes(kind="renderer"))

    killer = threading.Thread(target=killing)
    killer.start()
    try:
        yield
    finally:
        stopped.set()
        killer.join()


@pytest.mark.long
def test_opening_ends_and_works_again_afterwards() -> None:
    async def takes(pool: ContextPool) -> None:
        for _ in range(4):
            with contextlib.suppress(Error, BrowserBrokenError):
                await asyncio.wait_for(pool.take({}), 60)

    async def pool_of(runtime: BrowserRuntime) -> ContextPool:
        return ContextPool(await runtime.browser(), open_seconds=3)

    with BrowserRuntime() as runtime:
        pool = runtime.run(pool_of(runtime))
        with no_renderer_lives():
            runtime.run(takes(pool))
        runtime.run(pool.take({"locale": "de-DE"}))
        blank = runtime.run(pool.take({"locale": "de-DE"}))
        assert not blank.crash.is_set()
        runtime.run(pool.close())
