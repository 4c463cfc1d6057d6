"""Waits until a page has come to rest after an action: never longer than it takes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skyvern_dagster.browser.scripts import ask

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

    from skyvern_dagster.browser.session import BrowserSession

_WINDOW = 0.08
_STEP = 0.05
_RESTLESS_SECONDS = 1.5
_LEAVING_SECONDS = 1.0
_SAVING_SECONDS = 120.0
_FILE_SECONDS = 30.0
_ASK_TIMEOUT = 1_000.0
_MOST_FRAMES = 8


@dataclass(frozen=True)
class Look:
    """What a page shows, cheaply: enough to tell whether an action changed anything.

    Attributes:
        url: Address of the page.
        fingerprint: Of its texts and controls, frames included.
        notices: Alerts, validation messages and the like that show.
        asked_downloads: How many downloads its links have asked for.
    """

    url: str
    fingerprint: str
    notices: tuple[str, ...]
    asked_downloads: int = 0


@dataclass(frozen=True)
class _Pulse:
    quiet: float
    is_loading: bool
    is_leaving: bool
    asked_downloads: int


async def look(page: Page) -> Look:
    """Takes a look at a page and its frames."""
    found = [each for each in await _ask_frames(page, "full") if each]
    notices = [notice for each in found for notice in each["notices"]]
    return Look(
        page.url,
        "".join(each["fingerprint"] for each in found),
        tuple(dict.fromkeys(notices)),
        max((each["downloads"] for each in found), default=0),
    )


async def settle(session: BrowserSession, before: Look, *, limit: float = 10.0) -> None:
    """Waits until documents are there, requests have ended and the DOM is quiet.

    Args:
        session: Whose current page to wait for.
        before: The page before the action.
        limit: Most seconds to wait. Files that are on their way may take longer.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    calm_since: float | None = None
    downloads_before = session.downloads.begun
    session.traffic.last_change = began
    while True:
        elapsed = loop.time() - began
        if session.downloads.is_saving and elapsed < _SAVING_SECONDS:
            await session.traffic.change(_STEP * 4)
            continue
        if elapsed >= limit:
            return
        if session.traffic.is_busy():
            calm_since = None
            await session.traffic.change(min(limit - elapsed, _STEP * 4))
            continue
        pulse = await _pulse(await session.tabs.ensure())
        now = loop.time()
        calm_since = now if calm_since is None else calm_since
        if _awaits_file(pulse, before, session.downloads.begun - downloads_before):
            limit = max(limit, _FILE_SECONDS)
            remaining = _STEP
        else:
            remaining = _remaining(pulse, now - session.traffic.last_change, now - calm_since)
        if remaining <= 0:
            return
        await session.traffic.change(remaining)


def _awaits_file(pulse: _Pulse | None, before: Look, begun: int) -> bool:
    """A link with ``download`` makes no request that can be seen; only its event tells."""
    return pulse is not None and pulse.asked_downloads > before.asked_downloads + begun


def _remaining(pulse: _Pulse | None, network_quiet: float, calm: float) -> float:
    if pulse is None or pulse.is_loading:
        return _STEP
    if pulse.is_leaving:
        return _STEP
    # A clock or a carousel never rests.
    dom_quiet = _WINDOW if calm > _RESTLESS_SECONDS else pulse.quiet
    return _WINDOW - min(network_quiet, dom_quiet)


async def _pulse(page: Page) -> _Pulse | None:
    found = await _ask_frames(page, "pulse")
    if not found or found[0] is None:
        return None
    answers = [each for each in found if each]
    main = found[0]
    leaving = main["leaving"]
    return _Pulse(
        quiet=min(each["quiet"] for each in answers) / 1000,
        is_loading=main["ready"] == "loading",
        is_leaving=leaving is not None and leaving / 1000 < _LEAVING_SECONDS,
        asked_downloads=max(each["downloads"] for each in answers),
    )


async def _ask_frames(page: Page, question: str) -> list[dict[str, object] | None]:
    frames = [frame for frame in page.frames if not frame.is_detached()][:_MOST_FRAMES]
    return list(await asyncio.gather(*(_ask_frame(frame, question) for frame in frames)))


async def _ask_frame(frame: Frame, question: str) -> dict[str, object] | None:
    from playwright.async_api import Error

    try:
        return await ask(frame, f"skyvern-state={question}", _ASK_TIMEOUT)
    except Error:
        return None
