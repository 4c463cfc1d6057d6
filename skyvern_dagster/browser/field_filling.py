"""Filling a field in, so that it holds what was asked for, whatever its page does meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skyvern_dagster.browser.field_content import FieldContent, SameValue, content_of
from skyvern_dagster.browser.target import Target
from skyvern_dagster.browser.timeouts import ACTION, KEY_DELAY
from skyvern_dagster.errors import ActionError, NotTakenError

if TYPE_CHECKING:
    from playwright.async_api import Page

_KEYED_ROLES = ("textbox", "searchbox", "combobox", "spinbutton")
_KEYED_TYPES = ("text", "tel", "search", "url", "email", "password")
_LONGEST_HELD = 120
"""Characters of what a field holds, in a message."""
_FORMS = {
    "date": "a date must be given as YYYY-MM-DD",
    "time": "a time must be given as HH:MM",
    "datetime-local": "it must be given as YYYY-MM-DDTHH:MM",
    "month": "a month must be given as YYYY-MM",
    "week": "a week must be given as YYYY-Www",
    "number": "it must be a number",
    "color": "it must be a color as #rrggbb",
}
"""What fields of a type take, by HTML."""


async def fill_field(page: Page, target: Target, text: str, same: SameValue) -> None:
    """Replaces what a field holds, and reads it back.

    Args:
        page: The page that it is on.
        target: The field, or its label.
        text: What to type, secrets already resolved.
        same: Whether what the field holds then is the text, in the field's own form.

    Raises:
        ActionError: It is no field for this text.
        NotTakenError: It holds something else then.
        playwright.async_api.Error: The page didn't answer in time.
    """
    from playwright.async_api import Error

    control = target.locator.locator("skyvern-target=control")
    if target.maxlength is not None and len(text) > target.maxlength:
        await _type_over_boxes(page, target, text)
        return
    try:
        await control.fill(text, timeout=ACTION)
    except Error as error:
        if target.role not in _KEYED_ROLES:
            problem = _FORMS.get(target.type, "it is not a text field, or it is hidden")
            raise ActionError(f"{target} doesn't take this text: {problem}") from error
    if await _holds(target, text, same) or await _passed_on(target, text, same):
        return
    if target.role in _KEYED_ROLES or target.type in _KEYED_TYPES:
        # Masks listen to keys, and not to the change of the content.
        await control.click(timeout=ACTION)
        await page.keyboard.press("ControlOrMeta+A")
        await page.keyboard.type(text, delay=KEY_DELAY)
        if await _holds(target, text, same):
            return
    form = _FORMS.get(target.type)
    hint = f": {form}" if form else ""
    raise NotTakenError(f"{target} {await _held(target)} instead of what was typed{hint}")


async def _passed_on(target: Target, text: str, same: SameValue) -> bool:
    """Whether the text stands in what has taken the focus: the field that people see instead."""
    other = target.locator.locator("skyvern-target=stand-in")
    if target.type == "password" or not await other.count():
        return False
    if not _took(await content_of(other), text, same):
        await other.fill(text, timeout=ACTION)
    return _took(await content_of(other), text, same)


async def _type_over_boxes(page: Page, target: Target, text: str) -> None:
    """One box per digit: the page moves on to the next box as one types."""
    control = target.locator.locator("skyvern-target=control")
    await control.fill("", timeout=ACTION)
    await control.focus(timeout=ACTION)
    await page.keyboard.type(text, delay=KEY_DELAY)
    if (await content_of(target.locator, target.ref)).focused:
        raise NotTakenError(f"{target} takes {target.maxlength} characters only")


async def _holds(target: Target, text: str, same: SameValue) -> bool:
    control = target.locator.locator("skyvern-target=control")
    if target.type == "password":
        # Compared here and kept nowhere.
        return same(text, await control.input_value(timeout=ACTION))
    return _took(await content_of(target.locator, target.ref), text, same)


def _took(content: FieldContent, text: str, same: SameValue) -> bool:
    return same(text, content.text) or (bool(text.strip()) and content.has_entry(text, same))


async def _held(target: Target) -> str:
    held = await content_of(target.locator, target.ref)
    if target.type == "password":
        return "holds something else" if held.filled else "is empty"
    return f'holds "{held.text[:_LONGEST_HELD]}"' if held.filled else "is empty"
