"""Dropdowns that a page draws itself: open, filter where one can type, choose, read back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from skyvern_dagster.browser.clicking import click_target
from skyvern_dagster.browser.target import Target, find_target
from skyvern_dagster.errors import ActionError

if TYPE_CHECKING:
    from playwright.async_api import Frame, Locator, Page

_TIMEOUT = 3_000.0
_OPEN_TIMEOUT = 2_000.0
_SHOWN_TIMEOUT = 700.0
_OTHER_FRAME_TIMEOUT = 200.0
_KEY_DELAY = 15.0
_ROLES = ("option", "menuitem", "menuitemradio", "treeitem", "radio")
_LISTED = "[role=listbox] *, li, [class*=option], [class*=item]"
_SEARCH_FIELD = "input:focus, textarea:focus"
_WRITABLE = ("input", "textarea")


async def choose_drawn_option(page: Page, target: Target, label: str) -> str:
    """Opens a dropdown, types into it where that filters it, and clicks the option of this label.

    Raises:
        ActionError: No such option comes up, or another value is taken.
    """
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    if target.type == "password" or target.disabled or (target.readonly and not target.role):
        raise ActionError(f"{target} is not a native select, and nothing can be chosen in it")
    if not label.strip():
        raise ActionError(f"{target} is not a native select; it needs the label of an option")
    await click_target(target)
    writable = target.control in _WRITABLE
    option = await _option(page, label, _SHOWN_TIMEOUT if writable else _OPEN_TIMEOUT)
    if option is None:
        option = await _searched(page, target, label)
    if option is None:
        kind = "" if target.role == "combobox" else " is not a native select, and"
        raise ActionError(f'{target}{kind} shows no option "{label}" when it is opened')
    try:
        await option.click(timeout=_TIMEOUT, no_wait_after=True)
    except PlaywrightTimeout as error:
        raise ActionError(f'the option "{label}" of {target} can\'t be clicked') from error
    return f'Chose "{label}" in {target}{await _accepted(page, target, label)}'


async def _searched(page: Page, target: Target, label: str) -> Locator | None:
    """Types the label where the dropdown takes it: in itself or in the field that it has opened."""
    field = target.locator.locator("skyvern-target=control")
    if target.control not in _WRITABLE:
        field = page.locator(_SEARCH_FIELD)
        if not await field.count() or await field.get_attribute("type") == "password":
            return None
    before = await field.input_value(timeout=_TIMEOUT)
    # By keys: some listen for them and not for the change of the content.
    await field.fill("", timeout=_TIMEOUT)
    await field.press_sequentially(label, delay=_KEY_DELAY, timeout=_TIMEOUT * 2)
    option = await _option(page, label, _OPEN_TIMEOUT)
    if option is None:
        # What was typed is no choice; it isn't left behind as one.
        await field.fill(before, timeout=_TIMEOUT)
    return option


async def _accepted(page: Page, target: Target, label: str) -> str:
    """What the dropdown shows now, where that isn't the label itself."""
    try:
        now = await find_target(page, target.ref)
    except ActionError:
        return ""
    shown, wanted = now.shows.casefold(), label.strip().casefold()
    if not shown or wanted in shown or shown in wanted:
        return ""
    if now.is_typed and now.role == "combobox":
        raise ActionError(f'{target} took "{now.shows}" instead of "{label}"')
    return f'; it shows "{now.shows}"'


async def _option(page: Page, label: str, timeout: float) -> Locator | None:
    """The visible option, as soon as there is one; some load their options first."""
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    for frame in page.frames:
        wanted = _candidates(frame, label).first
        # Other frames have nothing to load: the wait is for the main one.
        patience = timeout if frame is page.main_frame else _OTHER_FRAME_TIMEOUT
        try:
            await wanted.wait_for(state="visible", timeout=patience)
        except PlaywrightTimeout:
            if (alike := await _only_alike(frame, label)) is not None:
                return alike
            continue
        return wanted
    return None


async def _only_alike(frame: Frame, label: str) -> Locator | None:
    """The one option that begins with the label as words: "Vienna" is "Vienna, Austria"."""
    begins = re.compile(rf"^\s*{re.escape(label.strip())}(?!\w)", re.IGNORECASE)
    found = frame.get_by_role("option", name=begins).filter(visible=True)
    return found.first if await found.count() == 1 else None


def _candidates(frame: Frame, label: str) -> Locator:
    exact = frame.get_by_role("option", name=label, exact=True)
    for role in _ROLES[1:]:
        exact = exact.or_(frame.get_by_role(role, name=label, exact=True))  # type: ignore[arg-type]
    items = frame.locator(_LISTED)
    return (
        exact.or_(items.filter(has_text=label).get_by_text(label, exact=True))
        .or_(frame.locator("li, [class*=option], [class*=item]").get_by_text(label, exact=True))
        .filter(visible=True)
    )
