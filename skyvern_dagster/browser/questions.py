"""Questions to our engines: about a document, or about an element in it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.isolated_world import answer_of

if TYPE_CHECKING:
    from playwright.async_api import Frame, FrameLocator, Locator, Page


async def ask(place: Page | Frame | FrameLocator | Locator, question: str, timeout: float) -> Any:
    """Asks one of our engines (``skyvern-state=pulse``) and gives its answer.

    Engines run in the isolated world, where page scripts can neither see nor disturb them; an
    element's text is the way out of there.

    Args:
        place: The frame to ask, or an element for a question about it.
        question: Engine and command as a selector.
        timeout: Milliseconds to wait for the document.

    Raises:
        playwright.async_api.Error: Nobody answers, or there is no such element any more.
    """
    page = _page_of(place)
    told = None if page is None else await _asked_quietly(page, question, timeout)
    if told is not None:
        return json.loads(told)
    return json.loads(await place.locator(question).text_content(timeout=timeout) or "null")


async def ask_element(found: Locator, ref: str, question: str, timeout: float) -> Any:
    """As :func:`ask`, about an element.

    Args:
        found: How Playwright finds it.
        ref: What a look at the page calls it; empty where that isn't known.
        question: Engine and command as a selector.
        timeout: Milliseconds to wait for the document.

    Raises:
        playwright.async_api.Error: Nobody answers, or there is no such element any more.
    """
    told = await _asked_quietly(found.page, question, timeout, ref) if ref else None
    return json.loads(told) if told is not None else await ask(found, question, timeout)


async def _asked_quietly(page: Page, question: str, timeout: float, ref: str = "") -> str | None:
    from playwright.async_api import TimeoutError as NoAnswerError

    engine, _, command = question.partition("=")
    try:
        return await asyncio.wait_for(answer_of(page, engine, command, ref), timeout / 1000)
    except TimeoutError as error:  # asked in another way, it would be as busy
        raise NoAnswerError(f"The page gave no answer within {timeout:.0f} ms") from error


def _page_of(place: Page | Frame | FrameLocator | Locator) -> Page | None:
    """The page whose main document is asked; ``None`` where it is another one, or an element."""
    from playwright.async_api import Frame, Page

    if isinstance(place, Page):
        return place
    return place.page if isinstance(place, Frame) and place.parent_frame is None else None
