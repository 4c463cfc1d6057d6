"""Puts a handed-on state's web storage into a new context, and reads it out again.

Playwright restores ``localStorage`` by opening each origin in turn, which takes a quarter of a
second. An init script does it when a page of the origin is opened anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.browser.scripts import script
from skyvern_dagster.browser.state import BrowserState

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Frame, Page


_READ_SECONDS = 3.0
"""For one origin's storage; a page that hangs hands on none."""


@dataclass
class _Store:
    local: dict[str, str] = field(default_factory=dict)
    session: dict[str, str] = field(default_factory=dict)


class WebStorage:
    """What a context still has to restore, origin by origin, as they are first opened.

    Args:
        context: Where to restore it.
        state: What an earlier session handed on.
    """

    def __init__(self, context: BrowserContext, state: BrowserState) -> None:
        self._context = context
        self._state = state
        self._pending = _stores_of(state)
        self._script = contextlib.AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()

    async def restore(self) -> None:
        """Sets the cookies now, and the rest when its origin is opened."""
        origins = self._state.storage.get("origins", ())
        if any(each.get("indexedDB") for each in origins):
            # Scripts might read a database before an init script had filled it.
            storage: Any = self._state.storage
            await self._context.set_storage_state(storage)
            for store in self._pending.values():
                store.local.clear()
        elif cookies := self._state.storage.get("cookies"):
            await self._context.add_cookies(cookies)
        self._pending = {
            origin: store for origin, store in self._pending.items() if store.local or store.session
        }
        await self._install()

    def follow(self, page: Page) -> None:
        """An origin that a page opens has its storage from then on; nothing is restored twice."""
        if self._pending:
            page.on("framenavigated", self._on_navigated)

    async def read(self, page: Page) -> BrowserState:
        """What to hand on from here.

        Args:
            page: The current page.
        """
        storage: dict[str, Any] = json.loads(
            json.dumps(await self._context.storage_state(indexed_db=True))
        )
        entries = await asyncio.gather(*(_session_storage(each) for each in self._context.pages))
        session_storage = {
            origin: store.session for origin, store in self._pending.items() if store.session
        } | {origin: kept for origin, kept in entries if origin and kept}
        storage["origins"] = [*storage["origins"], *self._unopened(storage["origins"])]
        return BrowserState(
            storage=storage,
            session_storage=session_storage,
            url=page.url if page.url.startswith(("http://", "https://")) else "",
        )

    def _unopened(self, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = {each["origin"] for each in known}
        return [
            each
            for each in self._state.storage.get("origins", ())
            if each["origin"] in self._pending and each["origin"] not in names
        ]

    def _on_navigated(self, frame: Frame) -> None:
        address = parse_url(frame.url)
        if address is not None and self._pending.pop(address.origin, None) is not None:
            task = asyncio.ensure_future(self._install())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _install(self) -> None:
        from playwright.async_api import Error

        former, self._script = self._script, contextlib.AsyncExitStack()
        # The context may be closing.
        with contextlib.suppress(Error):
            if self._pending:
                stores = {
                    origin: {"local": store.local, "session": store.session}
                    for origin, store in self._pending.items()
                }
                source = script("restore_storage").replace("STORES", json.dumps(stores))
                await self._script.enter_async_context(await self._context.add_init_script(source))
            await former.aclose()


def _stores_of(state: BrowserState) -> dict[str, _Store]:
    stores: dict[str, _Store] = {}
    for each in state.storage.get("origins", ()):
        local = {item["name"]: item["value"] for item in each.get("localStorage", ())}
        stores[each["origin"]] = _Store(local=local)
    for origin, entries in state.session_storage.items():
        stores.setdefault(origin, _Store()).session = dict(entries)
    return stores


async def _session_storage(page: Page) -> tuple[str, Mapping[str, str]]:
    from playwright.async_api import Error

    # A page that is busy with itself doesn't answer.
    try:
        reading = page.evaluate(script("read_session_storage"))
        answer = await asyncio.wait_for(reading, _READ_SECONDS)
    except (Error, TimeoutError):
        return "", {}
    if not answer or not answer["origin"].startswith("http"):
        return "", {}
    return answer["origin"], answer["entries"]
