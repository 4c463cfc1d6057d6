"""Keeping typed secrets out of pictures: screenshots, frames of videos, and those in traces."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import quote

from skyvern_dagster.browser.timeouts import QUESTION

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_SHORTEST = 4
"""Characters, as for all secrets (`credentials.redaction`)."""
_COVERED = "skyvern-cover=covered"
MASK_COLOR = "#404040"


async def cover(field: Locator) -> None:
    """Makes a field show dots instead of its text, from now on; also one box per character.

    Call it before typing, so that no picture in between shows the text, and once more after it, so
    that another field with the same text is covered as well.
    """
    from playwright.async_api import Error

    try:
        await field.locator("skyvern-cover=cover").first.wait_for(
            state="attached", timeout=QUESTION
        )
    except Error:
        # The field went away with what it was typed for.
        return


def masks(page: Page, secrets: Collection[str]) -> list[Locator]:
    """What a screenshot of a page must not show.

    Args:
        page: The page.
        secrets: Texts that were typed in this session, for places that show them again.
    """
    if not secrets:
        return []
    shows = f"skyvern-cover=shows:{quote(json.dumps(telling(secrets)), safe='')}"
    return [frame.locator(question) for frame in page.frames for question in (_COVERED, shows)]


def telling(secrets: Collection[str]) -> list[str]:
    """Those that are long enough to tell something."""
    return sorted(text for text in secrets if len(text) >= _SHORTEST)
