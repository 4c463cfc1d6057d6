"""Waits until a page has come to rest after an action: never longer than it takes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from skyvern_dagster.browser.page_snapshot import (
    Mark,
    PageActivity,
    page_snapshot,
    read_activity,
)

if TYPE_CHECKING:
    from skyvern_dagster.browser.session import BrowserSession

# Nothing at all for this long counts as rest. What takes longer to begin announces itself: a
# page that leaves, opens a tab or asks for a download says so at once.
_WINDOW = 0.08
_STEP = 0.05
"""Seconds: below what people notice, above what asking costs."""
# What people still take for the answer to what they did.
_EFFECT_SECONDS = 0.7
_TICK = 0.2
"""Seconds between looks at something that says by itself when it changes."""
_RESTLESS_SECONDS = 1.5
"""After so long, a page that never rests (a clock, a banner that turns) counts as quiet."""
_LEAVING_SECONDS = 2.0
"""From a page's own word that it leaves to its next document's answer."""
_TAB_SECONDS = 3.0
"""From a click that opens a tab to its first document."""
_SAVING_SECONDS = 120.0
"""For a file that is coming: 300 MB at 20 Mbit/s."""
_FILE_SECONDS = 30.0
"""For a file that was asked for: servers make invoices when they are asked for."""
_ANNOUNCED_SECONDS = 5.0
"""For a file that the page has said is coming."""
_UNANNOUNCED_SECONDS = 2.0
"""For a file that nothing announces, after a click that was for one. Arbitrary."""


async def wait_until_idle(
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
    began = session.traffic.last_change = loop.time()
    waiting = _Waiting(session, mark, wants_file)
    calm_since: float | None = None
    while True:
        elapsed = loop.time() - began
        if session.downloads.is_saving and elapsed < _SAVING_SECONDS:
            await session.traffic.change(_TICK)
            continue
        if waiting.asked_for_file:
            limit = max(limit, _FILE_SECONDS)
        if elapsed >= limit:
            return
        if session.traffic.is_busy():
            calm_since = None
            await session.traffic.change(min(limit - elapsed, _TICK))
            continue
        pulse = await waiting.feel()
        calm_since = calm_since or loop.time()
        remaining = waiting.remaining(pulse, loop.time(), loop.time() - calm_since)
        if remaining <= 0:
            return
        await session.traffic.change(remaining)


async def watch_for_effect(session: BrowserSession, mark: Mark) -> None:
    """Gives an action that has changed nothing so far a little longer to do so.

    Args:
        session: Whose current page to watch.
        mark: How things stood before the action.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _EFFECT_SECONDS
    if await _has_effect(session, mark):
        return  # it has been waited for already
    while loop.time() < deadline:
        await session.traffic.change(_STEP * 2)
        if await _has_effect(session, mark):
            await wait_until_idle(session, mark)
            return


async def _has_effect(session: BrowserSession, mark: Mark) -> bool:
    page = await session.tabs.ensure()
    counts = (session.tabs.opened, len(session.dialogs.messages), session.downloads.begun)
    if page is not mark.page or counts != (mark.tabs_opened, mark.dialogs, mark.begun):
        return True
    if page.url != mark.look.url:
        return True
    return (await page_snapshot(page)).fingerprint != mark.look.fingerprint


class _Waiting:
    """Decides how much longer to wait for a page whose requests have ended."""

    def __init__(self, session: BrowserSession, mark: Mark, wants_file: bool) -> None:
        self._session = session
        self._mark = mark
        self._wants_file = wants_file
        self.asked_for_file = False

    async def feel(self) -> PageActivity | None:
        """Asks the current page whether it is still at work; ``None`` while it can't answer."""
        page = await self._session.tabs.ensure()
        pulse = await read_activity(page)
        if pulse is not None and page is self._mark.page:
            # A link with `download` makes no request that can be seen; only its event tells.
            asked = pulse.asked_downloads - self._mark.look.asked_downloads
            self.asked_for_file = asked > self._begun
        return pulse

    def remaining(self, pulse: PageActivity | None, now: float, calm: float) -> float:
        """Seconds until it is worth another look; none or less if the page rests."""
        if pulse is None or pulse.is_loading or self.asked_for_file or self._is_leaving(pulse):
            return _STEP
        if pulse.is_working:
            return _STEP * 2
        if pulse.due > 0:
            return min(pulse.due + _STEP, _TICK)
        # Both may have begun while the page was asked.
        if self._session.downloads.is_saving or self._session.traffic.is_busy():
            return _STEP
        if calm < self._seconds_for_more(pulse):
            return _STEP
        # A clock or a carousel never rests.
        dom_quiet = _WINDOW if calm > _RESTLESS_SECONDS else pulse.quiet
        return _WINDOW - min(now - self._session.traffic.last_change, dom_quiet)

    @property
    def _begun(self) -> int:
        return self._session.downloads.begun - self._mark.begun

    def _is_leaving(self, pulse: PageActivity) -> bool:
        has_answer = self._session.traffic.has_answered()
        return pulse.leaving is not None and pulse.leaving < _LEAVING_SECONDS and not has_answer

    def _seconds_for_more(self, pulse: PageActivity) -> float:
        """How long to wait for a tab, or for a file, that isn't there yet."""
        session, traffic = self._session, self._session.traffic
        if self._begun < traffic.files_announced():
            return _ANNOUNCED_SECONDS
        if self._begun:
            return 0.0
        tabs = session.tabs.opened - self._mark.tabs_opened
        asked = pulse.asked_tabs - self._mark.look.asked_tabs
        if session.page is self._mark.page and asked > tabs:
            return _TAB_SECONDS
        # A script may open an empty tab first and fill it later, or start a download by a timer.
        may_come = (tabs and session.page.url in ("", "about:blank")) or self._wants_file
        return _UNANNOUNCED_SECONDS if may_come and not traffic.shows_no_page() else 0.0
