"""From a ref to the live element that an action is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skyvern_dagster.browser.questions import ask_element
from skyvern_dagster.browser.timeouts import QUESTION
from skyvern_dagster.errors import ActionError, GoneError

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Position

_REF = re.compile(r"((?:f\d+)?e\d+)?(x\d+)?")


@dataclass(frozen=True)
class Target:
    """An element as it is at the moment of the action.

    Attributes:
        ref: How the planner called it.
        locator: How Playwright finds it.
        tag: Its tag in lower case.
        control: Tag of the form control that it is, labels or holds; its own tag without one.
        type: ``type`` of that control, if it is an input.
        role: Its ``role`` attribute.
        label: How it reads.
        options: Of a select: label, value and whether it is disabled.
        multiple: Whether it is a select of which several options can be chosen.
        shows: What it shows as chosen or typed; of a password field nothing.
        is_typed: Whether that is the content of a field.
        covered_by: What lies over its middle; empty if nothing does.
        has_area: Whether there is anything of it to click on.
        apart: Where in it its own words stand, where its middle is taken by a control in it.
        is_drawn: Whether it stands for a control that is hidden.
    """

    ref: str
    locator: Locator
    tag: str
    control: str
    type: str
    role: str
    label: str
    disabled: bool
    readonly: bool
    maxlength: int | None
    checked: bool
    options: tuple[tuple[str, str, bool], ...]
    multiple: bool
    shows: str
    is_typed: bool
    covered_by: str
    has_area: bool
    apart: tuple[float, float] | None
    is_drawn: bool

    @property
    def position(self) -> Position | None:
        """Where to click it, as Playwright takes it; its middle for ``None``."""
        return None if self.apart is None else {"x": self.apart[0], "y": self.apart[1]}

    def __str__(self) -> str:
        kind = self.role or {"a": "link", "input": "field"}.get(self.tag, self.tag)
        return f'{kind} "{self.label}" [{self.ref}]' if self.label else f"{kind} [{self.ref}]"


def locator_of(page: Page, ref: str) -> Locator:
    """Finds by ref: ``e12``, ``f1e3``, ``x4``, or ``e45x2`` in the frame of iframe ``e45``.

    Raises:
        ActionError: That is no ref.
    """
    match = _REF.fullmatch(ref)
    if not ref or match is None:
        raise ActionError(f"{ref!r} is not a ref of an element; refs look like e12, f1e3 or x4")
    aria_ref, handle = match.groups()
    if handle is None:
        return page.get_by_ref(aria_ref)
    if aria_ref is None:
        return page.locator(f"skyvern={handle}")
    return page.get_by_ref(aria_ref).content_frame.locator(f"skyvern={handle}")


async def find_target(page: Page, ref: str) -> Target:
    """Finds an element.

    Raises:
        GoneError: The page doesn't have it any more.
    """
    from playwright.async_api import Error

    locator = locator_of(page, ref)
    try:
        facts = await ask_element(locator, ref, "skyvern-target=describe", QUESTION)
    except Error as error:
        raise GoneError(
            f"The element {ref} is not on the page any more; look at the page again"
        ) from error
    return Target(
        ref=ref,
        locator=locator,
        tag=facts["tag"],
        control=facts["control"],
        type=facts["type"],
        role=facts["role"],
        label=facts["label"],
        disabled=facts["disabled"],
        readonly=facts["readonly"],
        maxlength=facts["maxlength"],
        checked=facts["checked"],
        options=tuple((label, value, disabled) for label, value, disabled in facts["options"]),
        multiple=facts["multiple"],
        shows=facts["shows"],
        is_typed=facts["is_typed"],
        covered_by=facts["covered_by"],
        has_area=facts["has_area"],
        apart=tuple(facts["apart"]) if facts["apart"] else None,
        is_drawn=facts["is_drawn"],
    )
