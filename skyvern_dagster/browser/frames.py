"""Which frame an element stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skyvern_dagster.browser.target import locator_of
from skyvern_dagster.browser.timeouts import QUESTION

if TYPE_CHECKING:
    from skyvern_dagster.browser.session import BrowserSession


async def frame_url(session: BrowserSession, ref: str) -> str:
    """Address of the document that holds the element: what is typed there goes to that site.

    Falls back to the page's address when the element is gone; acting on it then fails anyway.
    """
    from playwright.async_api import Error

    page = session.page
    if page.frames == [page.main_frame]:
        return page.url
    try:
        handle = await locator_of(page, ref).element_handle(timeout=QUESTION)
        frame = await handle.owner_frame()
    except Error:
        return page.url
    # A frame written by script has no address of its own: its parent's counts.
    while frame is not None and not frame.url.startswith(("http://", "https://")):
        frame = frame.parent_frame
    return frame.url if frame is not None else page.url
