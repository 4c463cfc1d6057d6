"""One look at a page: Playwright's AI snapshot, enriched into an :class:`Observation`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skyvern_dagster.browser.aria_tree import AriaNode, parse_aria_snapshot
from skyvern_dagster.browser.click_handles import add_click_handles
from skyvern_dagster.browser.observation import Box, Node, Observation, Tab
from skyvern_dagster.browser.outline import outline
from skyvern_dagster.browser.page_details import FrameDetails, build_node, collect_details
from skyvern_dagster.errors import BrowserError

if TYPE_CHECKING:
    from playwright.async_api import Page

_ATTEMPTS = 5
_TIMEOUT = 10_000.0
_FRAME_TIMEOUT = 2_000.0


async def observe(
    page: Page,
    *,
    tabs: Sequence[Tab] = (),
    http_status: int | None = None,
    dialogs: Sequence[str] = (),
    text_budget: int = 20_000,
) -> Observation:
    """Looks at a page.

    Args:
        page: A page of a browser that :class:`BrowserRuntime` started.
        tabs: All open pages of the session.
        http_status: Status of the response that gave this page.
        dialogs: Messages of the dialogs since the last look.
        text_budget: Most characters of ``Observation.text``.

    Raises:
        BrowserError: The page doesn't hold still or doesn't answer.
    """
    from playwright.async_api import Error

    problem = ""
    for _ in range(_ATTEMPTS):
        try:
            return await _look(page, tabs, http_status, dialogs, text_budget)
        except Error as error:
            # The document went away under the snapshot: look at the one that replaces it.
            if page.is_closed():
                raise BrowserError("The page was closed while it was being looked at") from error
            problem = error.message.splitlines()[0]
            await page.wait_for_load_state("domcontentloaded")
    raise BrowserError(f"The page {page.url} could not be looked at: {problem}")


async def _look(
    page: Page,
    tabs: Sequence[Tab],
    http_status: int | None,
    dialogs: Sequence[str],
    text_budget: int,
) -> Observation:
    printed = await page.aria_snapshot(mode="ai", boxes=True, timeout=_TIMEOUT)
    nodes = parse_aria_snapshot(printed)
    frames = await _all_details(page, nodes)
    main = frames.get("", FrameDetails())
    root = Node(role="document", children=_build(nodes, "", frames, visible=True))
    return Observation(
        url=page.url,
        title=await page.title(),
        lang=main.lang,
        root=root,
        tabs=tuple(tabs),
        http_status=http_status,
        dialogs=tuple(dialogs),
        text=outline(root, text_budget),
    )


async def _all_details(page: Page, nodes: list[AriaNode]) -> dict[str, FrameDetails]:
    """Details by the ref of the iframe that holds the frame; the main frame's under ``""``."""
    refs = list(_filled_iframes(nodes))
    own, *inner = await asyncio.gather(
        collect_details(page, _TIMEOUT), *(_iframe_details(page, ref) for ref in refs)
    )
    return {"": own, **dict(zip(refs, inner, strict=True))}


async def _iframe_details(page: Page, ref: str) -> FrameDetails:
    from playwright.async_api import Error

    try:
        return await collect_details(page.get_by_ref(ref).content_frame, _FRAME_TIMEOUT)
    except Error:
        # A frame that is just being replaced tells nothing now; the page around it still does.
        return FrameDetails()


def _filled_iframes(nodes: list[AriaNode]) -> Iterator[str]:
    for node in nodes:
        if node.role == "iframe" and node.ref and node.children:
            yield node.ref
        yield from _filled_iframes(node.children)


def _build(
    nodes: list[AriaNode], frame: str, frames: dict[str, FrameDetails], *, visible: bool
) -> tuple[Node, ...]:
    details = frames.get(frame, FrameDetails())
    add_click_handles(nodes, details, frame)
    return tuple(_build_one(node, frame, frames, visible=visible) for node in nodes)


def _build_one(
    aria: AriaNode, frame: str, frames: dict[str, FrameDetails], *, visible: bool
) -> Node:
    details = frames.get(frame, FrameDetails())
    in_viewport = visible and _is_in(aria.box, details.viewport)
    if aria.role == "iframe":
        children = _build(aria.children, aria.ref, frames, visible=in_viewport)
    else:
        children = tuple(
            _build_one(child, frame, frames, visible=visible) for child in aria.children
        )
    return build_node(aria, details.of(aria), children, in_viewport=in_viewport)


def _is_in(box: Box | None, viewport: tuple[float, float]) -> bool:
    width, height = viewport
    if box is None or not width:
        return True
    return box.x < width and box.y < height and box.x + box.width > 0 and box.y + box.height > 0
