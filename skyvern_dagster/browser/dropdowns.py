"""Dropdowns that a page draws itself: open, filter where one can type, choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skyvern_dagster.browser.clicking import click_target
from skyvern_dagster.browser.target import Target
from skyvern_dagster.errors import ActionError

if TYPE_CHECKING:
    from playwright.async_api import Frame, Locator, Page

_TIMEOUT = 3_000.0
_OPEN_TIMEOUT = 2_000.0
_ROLES = ("option", "menuitem", "menuitemradio", "treeitem", "radio")


async def choose_drawn_option(page: Page, target: Target, label: str) -> str:
    """Opens a dropdown and clicks the option of this label.

    Raises:
        ActionError: No such option comes up.
    """
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    if target.control in ("input", "textarea") and target.role != "combobox":
        raise ActionError(f"{target} is not a native select; type, or click it and then the option")
    if not label.strip():
        raise ActionError(f"{target} is not a native select; it needs the label of an option")
    await click_target(target)
    option = await _option(page, label)
    if option is None and target.control == "input":
        await target.locator.fill(label, timeout=_TIMEOUT)
        option = await _option(page, label)
    if option is None:
        raise ActionError(f'{target} shows no option "{label}" when it is opened')
    try:
        await option.click(timeout=_TIMEOUT, no_wait_after=True)
    except PlaywrightTimeout as error:
        raise ActionError(f'the option "{label}" of {target} can\'t be clicked') from error
    return f'Chose "{label}" in {target}'


async def _option(page: Page, label: str) -> Locator | None:
    """The visible option, as soon as there is one; some load their options first."""
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    for frame in page.frames:
        wanted = _candidates(frame, label).first
        # Other frames have nothing to load: the wait is for the main one.
        timeout = _OPEN_TIMEOUT if frame is page.main_frame else 200.0
        try:
            await wanted.wait_for(state="visible", timeout=timeout)
        except PlaywrightTimeout:
            continue
        return wanted
    return None


def _candidates(frame: Frame, label: str) -> Locator:
    exact = frame.get_by_role("option", name=label, exact=True)
    for role in _ROLES[1:]:
        exact = exact.or_(frame.get_by_role(role, name=label, exact=True))  # type: ignore[arg-type]
    items = frame.locator("[role=listbox] *, li, [class*=option], [class*=item]")
    return (
        exact.or_(items.filter(has_text=label).get_by_text(label, exact=True))
        .or_(frame.locator("li, [class*=option], [class*=item]").get_by_text(label, exact=True))
        .filter(visible=True)
    )
