"""Cheap looks at a page: what changed, whether it rests, what it has asked for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.questions import ask
from skyvern_dagster.browser.timeouts import QUESTION

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

    from skyvern_dagster.browser.session import BrowserSession

_MOST_FRAMES = 8
"""Asked at every look; a page with more has advertisements in them."""


@dataclass(frozen=True)
class PageSnapshot:
    """What a page shows, frames included, in enough detail to tell whether it changed.

    Attributes:
        url: Address of the page.
        fingerprint: Of its texts and controls.
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
class PageActivity:
    """How a page is doing.

    Attributes:
        quiet: Seconds since its DOM changed.
        due: Seconds until the timers have run that the last action started.
        is_loading: Whether its document is still being read.
        is_working: Whether a sign of work came up since the last action and is still there.
        leaving: Seconds since it asked to go to another document; ``None`` if it hasn't.
        asked_downloads: How many downloads its links have asked for.
        asked_tabs: How many new tabs it has asked for.
    """

    quiet: float
    due: float
    is_loading: bool
    is_working: bool
    leaving: float | None
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
    look: PageSnapshot
    tabs_opened: int
    dialogs: int
    problems: int
    begun: int

    @classmethod
    async def take(cls, session: BrowserSession, page: Page) -> Mark:
        """Counts and page as they are before an action, to tell afterwards what it changed."""
        downloads = session.downloads
        return cls(
            page=page,
            look=await page_snapshot(page),
            tabs_opened=session.tabs.opened,
            dialogs=len(session.dialogs.messages),
            problems=len(downloads.problems),
            begun=downloads.begun,
        )


async def page_snapshot(page: Page) -> PageSnapshot:
    """Takes a look at a page and its frames."""
    answers = [each for each in await _ask_frames(page, "full") if each]
    notices = [notice for each in answers for notice in each["notices"]]
    return PageSnapshot(
        url=page.url,
        fingerprint="".join(each["fingerprint"] for each in answers),
        notices=tuple(dict.fromkeys(notices)),
        asked_downloads=sum(each["downloads"] for each in answers),
        asked_tabs=sum(each["openings"] for each in answers),
    )


async def read_activity(page: Page) -> PageActivity | None:
    """How the page is doing; ``None`` while there is no document that could tell."""
    main, *others = await _ask_frames(page, "pulse")
    if main is None:
        return None
    answers = [main, *(each for each in others if each)]
    return PageActivity(
        quiet=min(each["quiet"] for each in answers) / 1000,
        due=max(each["due"] for each in answers) / 1000,
        is_loading=main["ready"] == "loading",
        is_working=any(each["working"] for each in answers),
        leaving=None if main["leaving"] is None else main["leaving"] / 1000,
        asked_downloads=sum(each["downloads"] for each in answers),
        asked_tabs=sum(each["openings"] for each in answers),
    )


async def _ask_frames(page: Page, question: str) -> list[dict[str, Any] | None]:
    others = [frame for frame in page.frames if frame is not page.main_frame]
    frames = [page.main_frame, *others[: _MOST_FRAMES - 1]]
    return list(await asyncio.gather(*(_ask_frame(frame, question) for frame in frames)))


async def _ask_frame(frame: Frame, question: str) -> dict[str, Any] | None:
    from playwright.async_api import Error

    try:
        answer: dict[str, Any] = await ask(frame, f"skyvern-state={question}", QUESTION)
    except Error:
        return None
    return answer
