"""A browser for people: Playwright's own interface, without a line of the library under test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own.

    Only as long as a module: Playwright's synchronous interface keeps an event loop running in
    this thread, in which no other test could start one.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def shopper(chromium: Browser) -> Iterator[Page]:
    """An empty page in a context of its own, impatient."""
    context = chromium.new_context(viewport={"width": 1100, "height": 750})
    page = context.new_page()
    page.set_default_timeout(5000)
    yield page
    context.close()
