"""The JavaScript that runs in pages, read from the ``.js`` files beside this module."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Frame, FrameLocator, Locator, Page, Playwright

_ENGINES = {
    "skyvern": "engine",
    "skyvern-state": "state",
    "skyvern-target": "target",
    "skyvern-cover": "secret_cover",
}


@cache
def script(name: str) -> str:
    """The source of ``js/{name}.js``."""
    return (resources.files("skyvern_dagster.browser") / "js" / f"{name}.js").read_text("utf-8")


async def register_engines(playwright: Playwright) -> None:
    """Makes our selector engines known; before the first context is opened."""
    for name, file in _ENGINES.items():
        await playwright.selectors.register(name, script(file), content_script=True)


async def ask(place: Page | Frame | FrameLocator | Locator, question: str, timeout: float) -> Any:
    """Asks one of our engines (``skyvern-state=pulse``) and gives its answer.

    Engines run in the isolated world, where page scripts can neither see nor disturb them; an
    element's text is the way out of there.

    Args:
        place: The frame to ask, or an element for a question about it.
        question: Engine and command as a selector.
        timeout: Milliseconds to wait for the document.
    """
    return json.loads(await place.locator(question).text_content(timeout=timeout) or "null")
