"""A picture of a page, in which no typed secret can be read."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import quote

from skyvern_dagster.browser.isolated_world import answer_of
from skyvern_dagster.browser.page_protocol import protocol_of
from skyvern_dagster.browser.secret_cover import MASK_COLOR, masks, telling

if TYPE_CHECKING:
    from playwright.async_api import Page

_SECONDS = 3.0
"""Arbitrary: it takes a twentieth of a second, and there is another way to a picture."""


async def picture_of(page: Page, hidden: Collection[str], quality: int) -> bytes:
    """The viewport as a JPEG.

    Playwright finds the places to paint over, waits for fonts, and has its trace take two snapshots
    of the page meanwhile: a tenth of a second, in which nobody may act on the page. Where there is
    nothing to paint over, Chromium is asked for the picture itself.

    Args:
        page: Whose.
        hidden: Texts that were typed, and must not be shown.
        quality: JPEG quality, 1 to 100.

    Raises:
        playwright.async_api.Error: The page gives none.
    """
    if await _is_plain(page, hidden):
        try:
            return await asyncio.wait_for(_taken(page, quality), _SECONDS)
        except TimeoutError:
            pass
    return await page.screenshot(
        type="jpeg",
        quality=quality,
        scale="css",
        mask=masks(page, hidden),
        mask_color=MASK_COLOR,
    )


async def _taken(page: Page, quality: int) -> bytes:
    protocol = await protocol_of(page)
    told = await protocol.send("Page.captureScreenshot", {"format": "jpeg", "quality": quality})
    return base64.b64decode(told["data"])


async def _is_plain(page: Page, hidden: Collection[str]) -> bool:
    """Whether nothing has to be painted over, and a pixel of the page is one of the picture."""
    if page.frames != [page.main_frame]:
        return False  # only the page's own document can be asked
    question = f"plain:{quote(json.dumps(telling(hidden)), safe='')}"
    try:
        told = await asyncio.wait_for(answer_of(page, "skyvern-cover", question), _SECONDS)
    except TimeoutError:
        return False
    return told == "true"
