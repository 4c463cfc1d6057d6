"""Waits until a page has come to rest after an action: never longer than it takes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.scripts import ask

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

    from skyvern_dagster.browser.session import BrowserSession

_WINDOW = 0.08
_STEP = 0.05
_TICK = 0.2
_UNANNOUNCED_SECONDS = 2.0
_ANNOUNCED_SECONDS = 5.0
_TAB_SECONDS = 3.0
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
        asked_tabs: How many new tabs it has asked for.
    """

    url: str
    fingerprint: str
    notices: tuple[str, ...]
    asked_downloads: int = 0
    asked_tabs: int = 0


@dataclass(frozen=True)
class _Pulse:
    quiet: float
    is_loading: bool
    is_leaving: bool
    asked_downloads: int
    asked_tabs: int


@dataclass(frozen=True)
class Mark:
    """How things stood before an action.

    Attributes:
        page: The page that was current.
        look: What it showed.
        tabs_opened: How many pages the session had opened so far; likewise for the other counts.
    """

    page: Page
    look: Look
    tabs_opened: int
    dialogs: int
    problems: int
    begun: int

    @classmethod
    async def take(cls, session: BrowserSession, page: Page) -> Mark:
        """Notes how things stand now."""
        downloads = session.downloads
        return cls(
            page=page,
            look=await look(page),
            tabs_opened=session.tabs.opened,
            dialogs=len(session.dialogs.messages),
            problems=len(downloads.problems),
            begun=downloads.begun,
        )


async def look(page: Page) -> Look:
    """Takes a look at a page and its frames."""
    found = [each for each in await _ask_frames(page, "full") if each]
    notices = [notice for each in found for notice in each["notices"]]
    return Look(
        page.url,
        "".join(each["fingerprint"] for each in found),
        tuple(dict.fromkeys(notices)),
        sum(each["downloads"] for each in found),
        sum(each["openings"] for each in found),
    )


async def settle(
    session: BrowserSession, mark: Mark, *, limit: float = 10.0, wants_file: bool = False
) -> None:
    """Waits until documents are there, requests have ended and the DOM is quiet.

    Args:
        session: Whose current page to wait for.
        mark: How things stood before the action.
        limit: Most seconds to wait. Files that are on their way may take longer.
        wants_file: Whether to give a file that nothing announces some time to come.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    calm_since: float | None = None
    session.traffic.last_change = began
    while True:
        elapsed = loop.time() - began
        if session.downloads.is_saving and elapsed < _SAVING_SECONDS:
            await session.traffic.change(_TICK)
            continue
        if elapsed >= limit:
            return
        if session.traffic.is_busy():
            calm_since = None
            await session.traffic.change(min(limit - elapsed, _TICK))
            continue
        pulse = await _pulse(await session.tabs.ensure())
        now = loop.time()
        calm_since = now if calm_since is None else calm_since
        if pulse is not None and session.traffic.has_answered():
            pulse = replace(pulse, is_leaving=False)
        remaining = _remaining(pulse, now - session.traffic.last_change, now - calm_since)
        begun = session.downloads.begun - mark.begun
        if pulse is not None and pulse.asked_downloads > mark.look.asked_downloads + begun:
            # A link with `download` makes no request that can be seen; only its event tells.
            limit, remaining = max(limit, _FILE_SECONDS), _STEP
        elif now - calm_since < _seconds_for_more(session, mark, pulse, wants_file=wants_file):
            remaining = _STEP
        if remaining <= 0:
            return
        await session.traffic.change(remaining)


def _seconds_for_more(
    session: BrowserSession, mark: Mark, pulse: _Pulse | None, *, wants_file: bool
) -> float:
    """How long to wait for a file, or for a page in an empty tab, that nothing shows yet."""
    begun = session.downloads.begun - mark.begun
    if begun < session.traffic.files_announced():
        return _ANNOUNCED_SECONDS
    if begun:
        return 0.0
    tabs = session.tabs.opened - mark.tabs_opened
    if pulse is not None and pulse.asked_tabs > mark.look.asked_tabs + tabs:
        return _TAB_SECONDS
    # A script may open an empty tab first and fill it later, or start a download by a timer.
    is_blank = session.page.url in ("", "about:blank")
    if tabs and is_blank:
        return _UNANNOUNCED_SECONDS
    return _UNANNOUNCED_SECONDS if wants_file and not session.traffic.shows_no_page() else 0.0


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
        asked_downloads=sum(each["downloads"] for each in answers),
        asked_tabs=sum(each["openings"] for each in answers),
    )


async def _ask_frames(page: Page, question: str) -> list[dict[str, Any] | None]:
    frames = [frame for frame in page.frames if not frame.is_detached()][:_MOST_FRAMES]
    return list(await asyncio.gather(*(_ask_frame(frame, question) for frame in frames)))


async def _ask_frame(frame: Frame, question: str) -> dict[str, Any] | None:
    from playwright.async_api import Error

    try:
        answer: dict[str, Any] = await ask(frame, f"skyvern-state={question}", _ASK_TIMEOUT)
    except Error:
        return None
    return answer
