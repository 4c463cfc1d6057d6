"""What a field holds: read back after something was put into it, and before it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skyvern_dagster.browser.questions import ask_element
from skyvern_dagster.browser.target import locator_of
from skyvern_dagster.browser.timeouts import QUESTION
from skyvern_dagster.errors import ActionError

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page


SameValue = Callable[[str, str], bool]
"""Whether a field that was asked to hold the first text, and holds the second, took it."""


_BESIDE_ENTRIES = " ,;×✕✖"
"""What stands before or behind an entry: what parts it from the next, or removes it."""


@dataclass(frozen=True)
class FieldContent:
    """A field as it is now.

    Attributes:
        text: What stands in it; of a password field nothing.
        filled: Whether anything stands in it.
        seen: Whether a person sees it: another field may stand for it.
        focused: Whether the next key goes into it.
        chosen: Labels of a native select's chosen options.
        checked: Whether a box is ticked.
        name: What its form calls it.
        form: Which form of the document it is in; -1 where it is in none.
        values: What its form would send of it, of a box if it is ticked; of a password nothing.
        entries: Texts that stand before it in its box, as of recipients that were given already.
    """

    text: str = ""
    filled: bool = False
    seen: bool = True
    focused: bool = False
    chosen: tuple[str, ...] = ()
    checked: bool = False
    name: str = ""
    form: int = -1
    values: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()

    def has_entry(self, text: str, same: SameValue) -> bool:
        """Whether a text is among its entries: it was taken, and the field is empty again.

        Of several in one text, as of recipients, each has to be.
        """
        said = [entry.strip(_BESIDE_ENTRIES) for entry in self.entries]
        wanted = [part for part in re.split(r"[,;\n]", text) if part.strip()]
        whole = any(same(text, each) for each in said)
        parts = bool(wanted) and all(any(same(part, each) for each in said) for part in wanted)
        return not self.filled and (whole or parts)


async def field_content(page: Page, ref: str) -> FieldContent | None:
    """Reads a field; ``None`` where the page doesn't have it any more."""
    from playwright.async_api import Error

    try:
        return await content_of(locator_of(page, ref), ref)
    except (Error, ActionError):
        return None


async def left_field(page: Page, ref: str) -> FieldContent | None:
    """Reads a field once the focus has left it: that is when many pages check what it holds."""
    from playwright.async_api import Error

    content = await field_content(page, ref)
    if content is None or not content.focused:
        return content
    try:
        control = locator_of(page, ref).locator("skyvern-target=control")
        await control.blur(timeout=QUESTION)
    except Error:
        return None
    return await field_content(page, ref)


async def content_of(locator: Locator, ref: str = "") -> FieldContent:
    """Reads the field that a locator finds.

    Args:
        locator: How Playwright finds it.
        ref: What a look at the page calls it, if it is known.

    Raises:
        playwright.async_api.Error: It finds none.
    """
    told = await ask_element(locator, ref, "skyvern-target=content", QUESTION)
    return FieldContent(
        text=told["text"],
        filled=told["filled"],
        seen=told["seen"],
        focused=told["focused"],
        chosen=tuple(told["chosen"]),
        checked=told["checked"],
        name=told["name"],
        form=told["form"],
        values=tuple(told["values"]),
        entries=tuple(told["entries"]),
    )


def letter_for_letter(asked: str, held: str) -> bool:
    """Whether a field holds just what was asked for, line ends and outer white space aside."""
    return "\n".join(asked.split("\r\n")).strip() == held.strip()
