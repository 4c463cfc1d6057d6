"""The JavaScript that runs in pages, read from the ``.js`` files beside this module."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Playwright

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
