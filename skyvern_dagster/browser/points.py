"""What lies at a point of the picture, for clicks on what has no ref: canvases, maps, drawings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skyvern_dagster.browser.action import perform
from skyvern_dagster.browser.questions import ask
from skyvern_dagster.browser.target import locator_of
from skyvern_dagster.browser.timeouts import QUESTION
from skyvern_dagster.errors import ActionError

if TYPE_CHECKING:
    from playwright.async_api import FrameLocator, Page

    from skyvern_dagster.browser.results import ActionResult
    from skyvern_dagster.browser.session import BrowserSession

_MOST_FRAMES = 4
"""Frames within frames: a payment form in a widget in a page has three."""


@dataclass(frozen=True)
class Spot:
    """What a person would hit at a point.

    Attributes:
        ref: Of the innermost element that has one; empty where none has.
        label: How what lies there reads.
    """

    ref: str
    label: str


async def spot_at(session: BrowserSession, x: int, y: int) -> Spot | None:
    """Looks at a point of the viewport, also within frames; ``None`` where nothing is."""
    from playwright.async_api import Error

    page = session.page
    place: Page | FrameLocator = page
    left, top = float(x), float(y)
    spot = None
    try:
        for _ in range(_MOST_FRAMES):
            told = await ask(place, f"skyvern-target=at {left:.0f} {top:.0f}", QUESTION)
            if told is None:
                # In a frame, that is the frame's own empty ground.
                return Spot("", "") if spot is not None else None
            spot = Spot(told["ref"], told["label"])
            if not told["is_frame"] or not spot.ref:
                return spot
            place = locator_of(page, spot.ref).content_frame
            left, top = left - told["left"], top - told["top"]
    except Error:
        return spot
    return spot


async def click_at(session: BrowserSession, x: int, y: int, *, count: int = 1) -> ActionResult:
    """Clicks a point of the viewport, in CSS pixels from its upper left corner.

    Args:
        session: Where to act.
        x: To the right.
        y: Down.
        count: 2 for a double click.
    """

    async def act(page: Page) -> str:
        size = page.viewport_size
        if size is not None and not (0 <= x < size["width"] and 0 <= y < size["height"]):
            raise ActionError(
                f"({x}, {y}) is outside of the picture, which is {size['width']} x {size['height']}"
            )
        spot = await spot_at(session, x, y)
        await page.mouse.click(x, y, click_count=count)
        on = f' on "{spot.label}"' if spot is not None and spot.label else ""
        return f"Clicked at ({x}, {y}){on}"

    return await perform(session, act, has_effect=True)
