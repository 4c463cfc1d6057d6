"""Asking our engines about a page's main document without a snapshot in Playwright's trace.

The trace keeps the page as it was before and after each question that is asked of an element
(``locator.text_content``): on a page of some thousand elements a tenth of a second a question, and
nothing in it that somebody looks for. The Chrome DevTools Protocol asks the same engines in the
same world, and leaves no snapshot (https://playwright.dev/docs/api/class-cdpsession).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from skyvern_dagster.browser.page_protocol import protocol_of
from skyvern_dagster.browser.scripts import script

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page


class IsolatedWorld:
    """The world of a page's main document in which our engines run.

    Playwright makes it, and the engines in it, when it is first asked for one of them in a
    document; until then nobody answers here.

    Args:
        page: Whose.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._number: int | None = None
        self._finding = asyncio.Lock()
        page.on("framenavigated", self._forget)

    def _forget(self, frame: Frame) -> None:
        # An old document may live on, for the way back to it, and would still answer.
        if frame.parent_frame is None:
            self._number = None

    async def answer(self, asked: str) -> str | None:
        """What an engine says; ``None`` where there is none yet, or no such element.

        Args:
            asked: A call of ``ask_engine.js``.

        Raises:
            playwright.async_api.Error: The document or the page has gone.
        """
        if self._number is not None:
            return await self._evaluated(asked, self._number)
        async with self._finding:
            for number in await self._numbers():
                if (answer := await self._evaluated(asked, number)) is not None:
                    self._number = number
                    return answer
        return None

    async def _numbers(self) -> list[int]:
        """Of all worlds of all frames but the pages' own."""
        protocol = await protocol_of(self._page)
        told: list[dict[str, Any]] = []

        def take(event: dict[str, Any]) -> None:
            told.append(event["context"])

        protocol.on("Runtime.executionContextCreated", take)
        try:
            # They are told when this is turned on. It would go on to tell all that pages log.
            await protocol.send("Runtime.enable")
            await protocol.send("Runtime.disable")
        finally:
            protocol.remove_listener("Runtime.executionContextCreated", take)
        return [each["id"] for each in told if not each.get("auxData", {}).get("isDefault")]

    async def _evaluated(self, expression: str, number: int) -> str | None:
        protocol = await protocol_of(self._page)
        told = await protocol.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": number, "returnByValue": True},
        )
        value = told["result"].get("value")
        return value if isinstance(value, str) else None


_worlds: WeakKeyDictionary[Page, IsolatedWorld] = WeakKeyDictionary()
"""Of the pages that were asked."""


async def answer_of(page: Page, engine: str, question: str, ref: str = "") -> str | None:
    """What an engine says of a page's main document; ``None`` where it can't be asked so.

    Args:
        page: Whose document.
        engine: As it is registered (``skyvern-state``).
        question: Its command (``pulse``).
        ref: The element that it is about, if it is about one.
    """
    from playwright.async_api import Error

    if page not in _worlds:
        _worlds[page] = IsolatedWorld(page)
    call = ", ".join(json.dumps(each) for each in (engine, question, ref))
    with contextlib.suppress(Error):
        return await _worlds[page].answer(f"({script('ask_engine')})({call})")
    return None
