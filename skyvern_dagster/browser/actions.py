"""Actions on elements. Each returns what it changed; a failed one says why and raises nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from skyvern_dagster.browser.action import perform
from skyvern_dagster.browser.clicking import click_target, dispatch_click
from skyvern_dagster.browser.dropdowns import choose_drawn_option
from skyvern_dagster.browser.field_content import SameValue, content_of, letter_for_letter
from skyvern_dagster.browser.field_filling import fill_field
from skyvern_dagster.browser.listed_options import choose_listed_options
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.browser.scripts import script
from skyvern_dagster.browser.secret_cover import cover
from skyvern_dagster.browser.target import Target, find_target
from skyvern_dagster.browser.timeouts import ACTION, KEY_DELAY
from skyvern_dagster.errors import ActionError

_DOUBLE = 2
"""Clicks of a double click."""

if TYPE_CHECKING:
    from playwright.async_api import Page

    from skyvern_dagster.browser.session import BrowserSession

_CHECK_TIMEOUT = 1_500.0
"""Milliseconds: half of `ACTION`, since a click on the label is tried afterwards."""
_CHOOSER_TIMEOUT = 5_000.0
"""Milliseconds for a button's script to open a file chooser. Arbitrary."""
_TEXTLESS_TYPES = ("checkbox", "radio", "file", "submit", "button", "reset", "image")


async def click(
    session: BrowserSession,
    ref: str,
    *,
    button: Literal["left", "middle", "right"] = "left",
    count: int = 1,
    modifiers: Sequence[Literal["Alt", "Control", "Meta", "Shift"]] = (),
) -> ActionResult:
    """Clicks an element and waits for what follows: pages, new tabs, files.

    Args:
        session: Where to act.
        ref: The element.
        button: Which button of the mouse.
        count: 2 for a double click.
        modifiers: Keys held down meanwhile.
    """

    async def act(page: Page) -> str:
        target = await find_target(page, ref)
        if button == "left" and count == 1 and not modifiers:
            await click_target(target)
            return f"Clicked {target}"
        if target.disabled:
            raise ActionError(f"{target} is disabled")
        await target.locator.click(
            button=button,
            click_count=count,
            modifiers=list(modifiers),
            position=target.position,
            timeout=ACTION,
            no_wait_after=True,
        )
        return f"{'Double-clicked' if count == _DOUBLE else f'Clicked ({button} button)'} {target}"

    return await perform(session, act, has_effect=True)


async def drag(session: BrowserSession, ref: str, to_ref: str) -> ActionResult:
    """Drags an element onto another."""

    async def act(page: Page) -> str:
        target, place = await find_target(page, ref), await find_target(page, to_ref)
        await target.locator.drag_to(place.locator, timeout=ACTION)
        return f"Dragged {target} onto {place}"

    return await perform(session, act, has_effect=True)


async def input_text(
    session: BrowserSession,
    ref: str,
    text: str,
    *,
    press_enter: bool = False,
    secret: bool = False,
    same: SameValue = letter_for_letter,
) -> ActionResult:
    """Replaces the content of a field, and reads it back before anything else is done with it.

    Args:
        session: Where to act.
        ref: The field, or its label.
        text: What to type, secrets already resolved. It is not repeated in the result.
        press_enter: Whether to press Enter afterwards.
        secret: Whether no picture may show the text.
        same: Whether what the field holds then is the text, in the field's own form.
    """
    if secret:
        session.hide(text)

    async def act(page: Page) -> str:
        target = await find_target(page, ref)
        if target.disabled or target.readonly:
            state = "disabled" if target.disabled else "read-only"
            raise ActionError(f"{target} is {state}, so that nothing can be typed into it")
        if target.type in _TEXTLESS_TYPES or target.control in ("select", "button"):
            raise ActionError(f"{target} takes no text: it is a {target.type or target.control}")
        if secret:
            await cover(target.locator)
        await fill_field(page, target, text, same)
        if secret:
            await cover(target.locator)
        if press_enter:
            await target.locator.press("Enter", timeout=ACTION, no_wait_after=True)
        return f"Typed into {target}" + (" and pressed Enter" if press_enter else "")

    return await perform(session, act)


async def type_keys(
    session: BrowserSession,
    text: str,
    ref: str | None = None,
    *,
    press_enter: bool = False,
    secret: bool = False,
) -> ActionResult:
    """Types by keys, where the cursor is: for editors and for fields that listen to keys.

    Args:
        session: Where to act.
        text: What to type, secrets already resolved. It is not repeated in the result.
        ref: What gets the keys; whatever has the focus without.
        press_enter: Whether to press Enter afterwards.
        secret: Whether no picture may show the text.
    """
    if secret:
        session.hide(text)

    async def act(page: Page) -> str:
        target = None if ref is None else await find_target(page, ref)
        if target is not None:
            if target.disabled or target.readonly:
                raise ActionError(f"{target} takes no keys: it is disabled or read-only")
            if not (await content_of(target.locator, target.ref)).focused:
                await target.locator.locator("skyvern-target=control").focus(timeout=ACTION)
                await page.keyboard.press("End")
            if secret:
                await cover(target.locator)
        await page.keyboard.type(text, delay=KEY_DELAY)
        if press_enter:
            await page.keyboard.press("Enter")
        where = f" into {target}" if target is not None else ""
        return f"Typed by keys{where}" + (" and pressed Enter" if press_enter else "")

    return await perform(session, act, has_effect=True)


async def select_option(
    session: BrowserSession,
    ref: str,
    *,
    label: str | None = None,
    value: str | None = None,
    labels: Sequence[str] = (),
) -> ActionResult:
    """Chooses in a dropdown, native or drawn, searchable or not.

    Args:
        session: Where to act.
        ref: The dropdown, or its label.
        label: How the option reads.
        value: Its value instead; of a native select only.
        labels: Several options, where several can be chosen. They replace a native select's choice.
    """

    async def act(page: Page) -> str:
        target = await find_target(page, ref)
        if target.options:
            return await choose_listed_options(target, label, value, labels)
        if target.control == "select":
            raise ActionError(f"{target} has no options")
        said = [
            await choose_drawn_option(page, await find_target(page, ref), each)
            for each in (labels or (label or value or "",))
        ]
        return "; ".join(said)

    return await perform(session, act, has_effect=True)


async def check(session: BrowserSession, ref: str, *, checked: bool = True) -> ActionResult:
    """Sets a checkbox or radio button, whether it is shown itself or only by its label."""

    async def act(page: Page) -> str:
        target = await find_target(page, ref)
        if target.type not in ("checkbox", "radio") and target.role not in (
            "checkbox",
            "radio",
            "switch",
            "menuitemcheckbox",
            "menuitemradio",
        ):
            raise ActionError(f"{target} is neither a checkbox nor a radio button")
        if target.disabled:
            raise ActionError(f"{target} is disabled")
        if target.type == "radio" and not checked:
            raise ActionError(f"{target} is a radio button; choose another one instead")
        await _set_checked(page, target, checked=checked)
        return f"{'Checked' if checked else 'Unchecked'} {target}"

    return await perform(session, act)


async def _set_checked(page: Page, target: Target, *, checked: bool) -> None:
    from playwright.async_api import Error

    control = target.locator.locator("skyvern-target=control")
    if target.has_area and not (target.is_drawn or target.covered_by):
        with contextlib.suppress(Error):
            await control.set_checked(checked, timeout=_CHECK_TIMEOUT, no_wait_after=True)
            return
    # Often the real box is hidden and a drawn one stands for it; the event is the same.
    if (await find_target(page, target.ref)).checked != checked:
        await dispatch_click(control)
    if (await find_target(page, target.ref)).checked != checked:
        raise ActionError(f"{target} doesn't let itself be {'' if checked else 'un'}checked")


async def upload_file(session: BrowserSession, ref: str, path: Path) -> ActionResult:
    """Gives a file input a file; also by way of the button that opens its chooser."""

    async def act(page: Page) -> str:
        if not path.is_file():
            raise ActionError(f"There is no file {path} to upload")
        target = await find_target(page, ref)
        if target.type == "file":
            control = target.locator.locator("skyvern-target=control")
            await control.set_input_files(path, timeout=ACTION)
        else:
            async with page.expect_file_chooser(timeout=_CHOOSER_TIMEOUT) as chooser:
                await click_target(target)
            await (await chooser.value).set_files(path)
        return f"Gave {target} the file {path.name}"

    return await perform(session, act)


async def hover(session: BrowserSession, ref: str) -> ActionResult:
    """Moves the pointer over an element, for menus that open then."""

    async def act(page: Page) -> str:
        target = await find_target(page, ref)
        await target.locator.hover(timeout=ACTION)
        return f"Moved the pointer over {target}"

    return await perform(session, act)


async def scroll(
    session: BrowserSession,
    direction: Literal["down", "up", "bottom", "top"] = "down",
    ref: str | None = None,
) -> ActionResult:
    """Scrolls the page, or what scrolls around an element, and waits for what that loads."""

    async def act(page: Page) -> str:
        place = page.locator("html") if ref is None else (await find_target(page, ref)).locator
        element = await place.element_handle(timeout=ACTION)
        moved = await element.evaluate(script("scroll"), direction)
        return f"Scrolled {direction}" if moved else f"There is nothing more to scroll {direction}"

    return await perform(session, act)


async def press(
    session: BrowserSession, key: str, ref: str | None = None, *, count: int = 1
) -> ActionResult:
    """Presses a key by Playwright's name (``Enter``, ``Escape``, ``Control+A``).

    Args:
        session: Where to act.
        key: Which key.
        ref: The element that gets it; the focused one without.
        count: How often.
    """

    async def act(page: Page) -> str:
        times = f" {count} times" if count > 1 else ""
        target = None if ref is None else await find_target(page, ref)
        for _ in range(count):
            if target is None:
                await page.keyboard.press(key)
            else:
                await target.locator.press(key, timeout=ACTION, no_wait_after=True)
        return f"Pressed {key}{times}" + (f" in {target}" if target is not None else "")

    return await perform(session, act, has_effect=True)
