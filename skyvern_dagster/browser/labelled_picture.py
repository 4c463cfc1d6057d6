"""A picture of a page with the refs of its elements drawn on it, for planners that can see.

It is drawn on a page of its own, in a context of its own: the page that is worked on, and what its
scripts could notice, stays as it is.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skyvern_dagster.browser.nested_controls import control_name, is_control
from skyvern_dagster.browser.observation import Box, Observation
from skyvern_dagster.browser.untold_controls import placed

if TYPE_CHECKING:
    from playwright.async_api import Browser

_PAGE = Path(__file__).parent / "html" / "labelled_picture.html"
_MOST = 60
"""More labels than that hide what they are to name."""
_TIMEOUT = 5_000.0
"""Milliseconds for drawing labels and taking the picture. Arbitrary; without it the page goes on
without one."""


@dataclass(frozen=True)
class Label:
    """A ref, and where its element is in the picture, in CSS pixels."""

    text: str
    box: Box


def labels_of(observation: Observation) -> tuple[Label, ...]:
    """Labels for the controls in view; where there are many, those without a name first."""
    controls = [(node, box) for node, box in placed(observation.root) if is_control(node)]
    controls.sort(key=lambda each: bool(control_name(each[0]).strip()))
    return tuple(Label(str(node.ref), box) for node, box in controls[:_MOST])


async def drawn(
    browser: Browser, picture: bytes, labels: tuple[Label, ...], size: tuple[int, int]
) -> bytes:
    """The picture with labels, as a JPEG of the same size.

    Args:
        browser: Where it is drawn.
        picture: A JPEG.
        labels: What to draw.
        size: Width and height of the picture in CSS pixels.

    Raises:
        playwright.async_api.Error: The browser can't draw.
    """
    width, height = size
    viewport = {"width": width, "height": height}
    context = await browser.new_context(viewport=viewport, offline=True)  # type: ignore[arg-type]
    try:
        page = await context.new_page()
        page.set_default_timeout(_TIMEOUT)
        await page.set_content(_PAGE.read_text(encoding="utf-8"))
        await page.evaluate(
            "given => draw(given)",
            {
                "picture": f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}",
                "width": width,
                "height": height,
                "labels": [{"text": each.text, **each.box._asdict()} for each in labels],
            },
        )
        return await page.screenshot(type="jpeg", quality=70)
    finally:
        await context.close()
