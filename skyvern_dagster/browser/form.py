"""What a field's form does with it, asked before something is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skyvern_dagster.browser.questions import ask_element
from skyvern_dagster.browser.target import locator_of
from skyvern_dagster.browser.timeouts import QUESTION
from skyvern_dagster.errors import ActionError

if TYPE_CHECKING:
    from skyvern_dagster.browser.session import BrowserSession


@dataclass(frozen=True)
class FormFacts:
    """The form around an element; one outside of a form has neither destinations nor submitters.

    Attributes:
        destinations: Absolute addresses that the form and its buttons send to.
        submits: Whether the element itself sends the form.
        posts: Whether the form says that it hands its fields over in a request of its own.
        submitters: How the buttons that send it read, the one that Enter presses first.
        seen: Whether a person could see the element: not transparent, nor outside of the page, nor
            cut off.
    """

    destinations: tuple[str, ...] = ()
    submits: bool = False
    posts: bool = False
    submitters: tuple[str, ...] = ()
    seen: bool = True


async def form_around(session: BrowserSession, ref: str) -> FormFacts:
    """Asks for the form around an element; empty where the element is gone: acting fails, too."""
    from playwright.async_api import Error

    try:
        found = locator_of(session.page, ref)
        told = await ask_element(found, ref, "skyvern-target=form", QUESTION)
    except (Error, ActionError):
        return FormFacts()
    return FormFacts(
        destinations=tuple(dict.fromkeys(told["destinations"])),
        submits=told["submits"],
        posts=told["posts"],
        submitters=tuple(told["submitters"]),
        seen=told["seen"],
    )
