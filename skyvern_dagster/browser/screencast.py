"""What a session's pages looked like, as frames in a folder with the time of each."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page

_QUALITY = 55
"""Of JPEG: text stays readable, at about half the size of the usual 80. Arbitrary."""
_CLOSEST_SECONDS = 0.2
"""Chromium draws and compresses no further frame before it has been told that the last one has
come: five a second show people what happens, and cost half of what all of them do."""
_STOP_SECONDS = 2.0
"""For a browser that may have gone."""


@dataclass(frozen=True)
class Frame:
    """One picture and the second at which it was shown."""

    path: Path
    at: float


class Screencast:
    """Takes frames of every page of a context, whenever something on it changes.

    Args:
        context: Whose pages to follow, those that open later included.
        folder: Where frames go.
        size: Largest width and height.
    """

    def __init__(self, context: BrowserContext, folder: Path, size: tuple[int, int]) -> None:
        self._context = context
        self._folder = folder
        self._size = size
        self._protocols: list[CDPSession] = []
        self._pending: set[asyncio.Task[None]] = set()
        self._acknowledging: set[asyncio.Task[None]] = set()
        self.frames: list[Frame] = []

    async def start(self) -> None:
        """Begins with the pages that are open."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._context.on("page", self._follow_later)
        for page in self._context.pages:
            await self._follow(page)

    async def stop(self) -> list[Frame]:
        """Ends; gives the frames, oldest first."""
        from playwright.async_api import Error

        self._context.remove_listener("page", self._follow_later)
        for task in self._acknowledging:  # no further frame is wanted
            task.cancel()
        for protocol in self._protocols:
            # A page that is gone has ended its cast by itself.
            with contextlib.suppress(Error, asyncio.TimeoutError):
                await asyncio.wait_for(protocol.send("Page.stopScreencast"), _STOP_SECONDS)
                await asyncio.wait_for(protocol.detach(), _STOP_SECONDS)
        await asyncio.gather(*self._pending, return_exceptions=True)
        return sorted(self.frames, key=lambda frame: frame.at)

    def _follow_later(self, page: Page) -> None:
        self._run(self._follow(page), self._pending)

    async def _follow(self, page: Page) -> None:
        from playwright.async_api import Error

        with contextlib.suppress(Error):
            protocol = await self._context.new_cdp_session(page)
            self._protocols.append(protocol)
            protocol.on("Page.screencastFrame", lambda event: self._take(protocol, event))
            width, height = self._size
            await protocol.send(
                "Page.startScreencast",
                {"format": "jpeg", "quality": _QUALITY, "maxWidth": width, "maxHeight": height},
            )

    def _take(self, protocol: CDPSession, event: dict[str, Any]) -> None:
        self._run(self._acknowledge(protocol, event["sessionId"]), self._acknowledging)
        at = float(event.get("metadata", {}).get("timestamp") or 0)
        path = self._folder / f"{len(self.frames):06d}.jpg"
        path.write_bytes(base64.b64decode(event["data"]))
        self.frames.append(Frame(path, at))

    async def _acknowledge(self, protocol: CDPSession, session_id: int) -> None:
        from playwright.async_api import Error

        await asyncio.sleep(_CLOSEST_SECONDS)
        with contextlib.suppress(Error):
            await protocol.send("Page.screencastFrameAck", {"sessionId": session_id})

    def _run(self, work: Coroutine[Any, Any, None], pending: set[asyncio.Task[None]]) -> None:
        task = asyncio.ensure_future(work)
        pending.add(task)
        task.add_done_callback(pending.discard)
