"""Dropdowns that a page draws itself: open, filter where one can type, choose, read back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from skyvern_dagster.browser.clicking import click_target
from skyvern_dagster.browser.target import Target, find_target
from skyvern_dagster.browser.timeouts import ACTION, KEY_DELAY
from skyvern_dagster.errors import ActionError, NotTakenError

if TYPE_CHECKING:
    from playwright.async_api import Frame, Locator, Page

_OPEN_TIMEOUT = 2_000.0
"""Milliseconds for options that a server sends."""
_SHOWN_TIMEOUT = 700.0
"""Milliseconds for options that are there already: a field that can be written in is then searched
by its text, so that waiting longer costs more than it gives."""
_OTHER_FRAME_TIMEOUT = 200.0
"""Milliseconds: options stand in the page's own frame but for few widgets, and each is asked."""
_ROLES = ("option", "menuitem", "menuitemradio", "treeitem", "radio")
_LISTED = "[role=listbox] *, li, [class*=option], [class*=item]"
_DRAWN = ":not(option)"
"""A list that a page draws may keep the browser's own behind it, cut down to nothing."""
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
    reads = " ".join((await option.inner_text(timeout=ACTION)).split()) or label
    try:
        await option.click(timeout=ACTION, no_wait_after=True)
    except PlaywrightTimeout as error:
        raise ActionError(f'the option "{label}" of {target} can\'t be clicked') from error
    return f'Chose "{label}" in {target}{await _accepted(page, target, label, option, reads)}'


async def _searched(page: Page, target: Target, label: str) -> Locator | None:
    """Types the label where the dropdown takes it: in itself or in the field that it has opened."""
    field = target.locator.locator("skyvern-target=control")
    if target.control not in _WRITABLE:
        field = page.locator(_SEARCH_FIELD)
        if not await field.count() or await field.get_attribute("type") == "password":
            return None
    before = await field.input_value(timeout=ACTION)
    # By keys: some listen for them and not for the change of the content.
    await field.fill("", timeout=ACTION)
    await field.press_sequentially(label, delay=KEY_DELAY, timeout=ACTION * 2)
    option = await _option(page, label, _OPEN_TIMEOUT)
    if option is None:
        # What was typed is no choice; it isn't left behind as one.
        await field.fill(before, timeout=ACTION)
    return option


async def _accepted(page: Page, before: Target, label: str, option: Locator, reads: str) -> str:
    """What the dropdown shows now, where that isn't the option itself.

    Args:
        page: Where it is.
        before: The dropdown as it was before.
        label: The option that was asked for.
        option: The one that was clicked.
        reads: How it read.

    Raises:
        NotTakenError: It took another value than the one that was asked for.
    """
    try:
        now = await find_target(page, before.ref)
    except ActionError:
        return ""
    shown = now.shows
    if not shown or any(_within(each, shown) for each in (label, reads)) or _within(shown, reads):
        return ""
    menu = shown == before.shows and not now.is_typed and now.role != "combobox"
    if menu or await _is_marked(option):
        # A menu that does something shows the same before and after; others tell only how many.
        return f'; it shows "{shown}"'
    raise NotTakenError(f'{before} took "{shown}" instead of "{label}"')


async def _is_marked(option: Locator) -> bool:
    """Whether an option that still shows says of itself that it is chosen."""
    if not await option.count():
        return False
    states = [await option.first.get_attribute(f"aria-{each}") for each in ("selected", "checked")]
    return "true" in states


def _within(text: str, whole: str) -> bool:
    """Whether a text stands in another one as whole words, capitals and white space aside."""
    wanted, given = (" ".join(each.casefold().split()) for each in (text, whole))
    return bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", given))


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
    options = frame.get_by_role("option", name=begins).and_(frame.locator(_DRAWN))
    options = options.filter(visible=True)
    return options.first if await options.count() == 1 else None


def _candidates(frame: Frame, label: str) -> Locator:
    exact = frame.get_by_role("option", name=label, exact=True)
    for role in _ROLES[1:]:
        exact = exact.or_(frame.get_by_role(role, name=label, exact=True))  # type: ignore[arg-type]
    items = frame.locator(_LISTED)
    return (
        exact.or_(items.filter(has_text=label).get_by_text(label, exact=True))
        .or_(frame.locator("li, [class*=option], [class*=item]").get_by_text(label, exact=True))
        .and_(frame.locator(_DRAWN))
        .filter(visible=True)
    )
