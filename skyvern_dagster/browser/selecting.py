"""From a selector that a definition gives to the ref by which planners know the element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skyvern_dagster.browser.observation import Box, Node, Observation
from skyvern_dagster.browser.scripts import script
from skyvern_dagster.browser.target import locator_of
from skyvern_dagster.browser.timeouts import ACTION

_SAME, _INSIDE = 2, 1
"""What `js/same_element.js` answers: the element itself, or one around it."""

if TYPE_CHECKING:
    from playwright.async_api import FloatRect, Page

_MOST_ASKED = 12
"""Elements that lie where the selected one does: it, and what is around it."""

_NEAR = 2.0
"""Pixels, for what moves or is rounded."""


async def ref_of(page: Page, selector: str, observation: Observation) -> str | None:
    """The ref of the first element that a selector matches, or of the control that holds it.

    Args:
        selector: Playwright's: CSS, ``text=``, ``xpath=``, ...
        observation: What was seen of the page.

    Returns:
        ``None`` where nothing matches, or it is nothing that can be acted on.
    """
    from playwright.async_api import Error

    chosen = page.locator(selector).first
    try:
        handle = await chosen.element_handle(timeout=ACTION)
        place = await chosen.bounding_box(timeout=ACTION)
    except Error:
        return None
    holder = None
    for node in _around(observation, place)[:_MOST_ASKED]:
        assert node.ref is not None
        try:
            found = locator_of(page, node.ref)
            same = await found.evaluate(script("same_element"), handle, timeout=ACTION)
        except Error:  # of another frame, or gone
            continue
        if same == _SAME:
            return node.ref
        holder = holder or (node.ref if same == _INSIDE else None)
    return holder


def _around(observation: Observation, place: FloatRect | None) -> list[Node]:
    """What lies around a place, the smallest first."""
    if place is None:
        return []
    inner = Box(place["x"], place["y"], place["width"], place["height"])
    return sorted(
        (
            node
            for node in observation.root.walk()
            if node.ref and node.box is not None and _holds(node.box, inner)
        ),
        key=lambda node: node.box.width * node.box.height if node.box else 0.0,
    )


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.x - _NEAR <= inner.x
        and outer.y - _NEAR <= inner.y
        and outer.x + outer.width + _NEAR >= inner.x + inner.width
        and outer.y + outer.height + _NEAR >= inner.y + inner.height
    )
