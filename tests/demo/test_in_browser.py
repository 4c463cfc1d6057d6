from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from skyvern_dagster.browser.chromium import start_chromium
from skyvern_dagster.demo.services import DemoServices


@asynccontextmanager
async def new_page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await start_chromium(playwright)
        try:
            yield await browser.new_page()
        finally:
            await browser.close()


async def click_log_in(page: Page) -> None:
    await page.get_by_role("link", name="Log in").click(timeout=1000)


@pytest.mark.parametrize("choice", ["Accept all", "Reject optional"])
def test_the_banner_covers_the_page_until_a_choice_is_made(demo: DemoServices, choice: str) -> None:
    async def visit() -> None:
        async with new_page() as page:
            elsewhere: list[str] = []
            page.on("request", lambda request: elsewhere.append(request.url))
            await page.goto(demo.shop_url)
            with pytest.raises(PlaywrightTimeout, match="intercepts pointer events"):
                await click_log_in(page)
            await page.get_by_role("button", name=choice).click()
            await click_log_in(page)
            await page.wait_for_url("**/login")
            assert await page.get_by_role("dialog").count() == 0
            assert elsewhere
            assert [url for url in elsewhere if not url.startswith(demo.shop_url)] == []

    asyncio.run(visit())
