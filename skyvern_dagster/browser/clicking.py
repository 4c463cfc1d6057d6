"""Clicking an element as a person would, and by an event only what can't be reached otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skyvern_dagster.browser.fetching import reason_of
from skyvern_dagster.browser.target import Target, find_target
from skyvern_dagster.browser.timeouts import ACTION
from skyvern_dagster.errors import ActionError

if TYPE_CHECKING:
    from playwright.async_api import Locator

_COVERED_TIMEOUT = 1_500.0
"""Milliseconds: half of `ACTION`, for what covers a control to go; then it is clicked through."""


async def click_target(target: Target) -> None:
    """Clicks as a person would, and by script only what has no visible area.

    Raises:
        ActionError: The element is disabled, or something lies over it.
    """
    from playwright.async_api import Error

    if target.disabled:
        raise ActionError(f"{target} is disabled")
    if not target.has_area:
        await dispatch_click(target.locator)
        return
    # What lies over it may be a spinner that goes away; a banner doesn't.
    timeout = _COVERED_TIMEOUT if target.covered_by else ACTION
    try:
        await target.locator.click(timeout=timeout, no_wait_after=True, position=target.position)
    except Error as error:
        again = await _still_there(target, error)
        if again.covered_by:
            raise ActionError(f"{target} is covered by {again.covered_by}") from error
        await dispatch_click(target.locator)


async def dispatch_click(locator: Locator) -> None:
    """Clicks by an event, for what has no visible area."""
    # By way of a handle: refs are known in the isolated world only, events are sent in the other.
    element = await locator.element_handle(timeout=ACTION)
    await element.dispatch_event("click")


async def _still_there(target: Target, error: Exception) -> Target:
    try:
        return await find_target(target.locator.page, target.ref)
    except ActionError:
        # Clicked, and gone before Playwright had finished: its last words tell.
        raise ActionError(f"{target} could not be clicked: {reason_of(error)}") from error
