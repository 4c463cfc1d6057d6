"""What a session hands on: everything needed to go on in another context, elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.browser.scripts import script

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page


class BrowserState(BaseModel):
    """Cookies, storages and address of a session, as JSON.

    It logs its holder in wherever the session was logged in: keep it like a password.

    Attributes:
        storage: Playwright's storage state: cookies, ``localStorage`` and IndexedDB by origin.
        session_storage: ``sessionStorage`` entries by origin, of the pages that were open.
        url: Address of the current page; empty if there was none.
    """

    model_config = ConfigDict(frozen=True)

    storage: dict[str, Any] = Field(default_factory=dict)
    session_storage: dict[str, dict[str, str]] = Field(default_factory=dict)
    url: str = ""


async def read_state(
    context: BrowserContext, page: Page, earlier: Mapping[str, Mapping[str, str]]
) -> BrowserState:
    """Reads a context's state.

    Args:
        context: The context to read.
        page: Its current page.
        earlier: ``sessionStorage`` that the session was opened with; kept for origins that it
            hasn't visited yet.
    """
    storage = await context.storage_state(indexed_db=True)
    stores = await asyncio.gather(*(_session_storage(each) for each in context.pages))
    found = {origin: dict(entries) for origin, entries in earlier.items()} | dict(stores)
    return BrowserState(
        storage=json.loads(json.dumps(storage)),
        session_storage={origin: entries for origin, entries in found.items() if origin},
        url=page.url if page.url.startswith(("http://", "https://")) else "",
    )


def session_storage_script(state: BrowserState) -> str:
    """Init script that fills ``sessionStorage``; empty when there is nothing to fill."""
    if not any(state.session_storage.values()):
        return ""
    # `</script>` and the like can't end an init script, so plain JSON is safe here.
    return script("restore_session_storage").replace("STATES", json.dumps(state.session_storage))


async def _session_storage(page: Page) -> tuple[str, dict[str, str]]:
    from playwright.async_api import Error

    try:
        found = await page.evaluate(script("read_session_storage"))
    except Error:
        return "", {}
    if not found or not found["origin"].startswith("http"):
        return "", {}
    return found["origin"], found["entries"]
