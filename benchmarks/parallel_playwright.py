"""The other rival: the same invoices by a Playwright script that fetches several at a time.

Run as ``python -m benchmarks.parallel_playwright SHOP_URL SINCE WIDTH`` with the demo's
environment. It logs in and reads the list as :mod:`benchmarks.plain_playwright` does; then as many
contexts as it is wide, each with that login's cookies, take orders off a queue.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright
from playwright.sync_api import sync_playwright

from benchmarks.plain_playwright import find_orders, log_in, mail, upload
from skyvern_dagster.browser.chromium import LocalChromium, find_chromium


def main(shop: str, since: date, width: int) -> int:
    """Does the whole job and returns how many invoices there were."""
    folder = Path(tempfile.mkdtemp())
    state, orders = log_in_once(shop, since)
    files = asyncio.run(download_all(shop, orders, state, width, folder))
    upload(files)
    mail(files)
    return len(files)


def log_in_once(shop: str, since: date) -> tuple[Any, list[str]]:
    """The login's state, and the orders."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launching(playwright.chromium.executable_path))
        context = browser.new_context()
        page = context.new_page()
        log_in(page, shop)
        orders = find_orders(page, shop, since)
        state = context.storage_state()
        browser.close()
    return state, orders


async def download_all(
    shop: str, orders: list[str], state: Any, width: int, folder: Path
) -> list[Path]:
    """The invoices, in the order of the list."""
    async with async_playwright() as playwright:
        launch = launching(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(**launch)
        queue = list(enumerate(orders))
        done: dict[int, Path] = {}
        workers = [_worker(browser, shop, state, queue, folder, done) for _ in range(width)]
        await asyncio.gather(*workers)
        await browser.close()
    return [done[index] for index in sorted(done)]


async def _worker(
    browser: Browser,
    shop: str,
    state: Any,
    queue: list[tuple[int, str]],
    folder: Path,
    done: dict[int, Path],
) -> None:
    context = await browser.new_context(accept_downloads=True, storage_state=state)
    page = await context.new_page()
    while queue:
        index, order = queue.pop(0)
        for _ in range(2):
            response = await page.goto(f"{shop}/account/orders/{order}")
            if response is not None and response.ok:
                break
        link = page.locator("a[href$='/invoice']")
        if await link.count() == 0:
            continue
        path = folder / f"{order}.pdf"
        if await link.first.get_attribute("target") == "_blank":
            answer = await context.request.get(shop + str(await link.first.get_attribute("href")))
            path.write_bytes(await answer.body())
        else:
            async with page.expect_download() as coming:
                await link.first.click()
            await (await coming.value).save_as(path)
        done[index] = path


def launching(bundled: str) -> dict[str, Any]:
    """The arguments with which Chromium is started."""
    source = find_chromium(bundled=Path(bundled))
    assert isinstance(source, LocalChromium)
    return {
        "executable_path": source.path,
        "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
    }


if __name__ == "__main__":
    print(main(sys.argv[1], date.fromisoformat(sys.argv[2]), int(sys.argv[3])))
