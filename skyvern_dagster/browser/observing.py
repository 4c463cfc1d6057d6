"""One look at a page: Playwright's AI snapshot, enriched into an :class:`Observation`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from skyvern_dagster.browser.aria_tree import AriaNode, parse_aria_snapshot
from skyvern_dagster.browser.click_handles import add_click_handles
from skyvern_dagster.browser.collection import collection_paused
from skyvern_dagster.browser.line_breaks import part_words
from skyvern_dagster.browser.observation import Box, Node, Observation
from skyvern_dagster.browser.page_details import (
    FrameDetails,
    build_node,
    collect_details,
    collect_early,
)
from skyvern_dagster.errors import BrowserError

if TYPE_CHECKING:
    from playwright.async_api import Page

_REF = re.compile(r"\[ref=(f\d+)?e(\d+)\]")
_ATTEMPTS = 5
"""Documents that may replace each other under a look: a login's redirects are two or three."""
_MOST_EARLY = 8
"""Frames that are asked at once with the page; further ones are asked when it names them."""
_TIMEOUT = 10_000.0
"""Milliseconds for the whole page: ten thousand elements take a second or two on a slow machine."""
_FRAME_TIMEOUT = 2_000.0
"""Milliseconds for another's frame, which may hang: the page is looked at without it."""


async def observe(
    page: Page,
    *,
    http_status: int | None = None,
    dialogs: Sequence[str] = (),
    text_budget: int = 20_000,
) -> Observation:
    """Looks at a page.

    Args:
        page: A page of a browser that :class:`BrowserRuntime` started.
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
            nodes, frames = await _look(page)
        except Error as error:
            # The document went away under the snapshot: look at the one that replaces it.
            if page.is_closed():
                raise BrowserError("The page was closed while it was being looked at") from error
            problem = error.message.splitlines()[0]
            await page.wait_for_load_state("domcontentloaded")
            continue
        return Observation(
            url=page.url,
            title=frames[""].title,
            lang=frames[""].lang,
            root=_tree(nodes, frames),
            http_status=http_status,
            dialogs=tuple(dialogs),
            text_budget=text_budget,
        )
    raise BrowserError(f"The page {page.url} could not be looked at: {problem}")


async def _look(page: Page) -> tuple[list[AriaNode], dict[str, FrameDetails]]:
    """The snapshot, and details by the ref of the iframe that holds the frame; the page's: ``""``.

    Round trips are what a look at a small page costs: the frames are asked together with the
    snapshot, and once more only where that was too early.
    """
    frames = [page.main_frame, *page.main_frame.child_frames[:_MOST_EARLY]]
    asking = [asyncio.ensure_future(collect_early(frame, _TIMEOUT)) for frame in frames]
    try:
        printed = await page.aria_snapshot(mode="ai", timeout=_TIMEOUT)
        nodes = parse_aria_snapshot(printed)
        own = await asking[0]
        # Frames in the snapshot have answered by now; nobody waits for others.
        inner = [task.result() for task in asking[1:] if task.done()]
    finally:
        for task in asking:
            task.cancel()
    newest = _newest_refs(printed)
    own, *inner = (
        each if each and each.newest >= newest.get(each.prefix, 0) else None
        for each in (own, *inner)
    )
    if own is None:
        own = await collect_details(page, _TIMEOUT)
    fresh = {each.prefix: each for each in inner if each is not None}
    iframes = list(_filled_iframes(nodes))
    told = await asyncio.gather(*(_iframe_details(page, node, fresh) for node in iframes))
    return nodes, {"": own, **{node.ref: each for node, each in zip(iframes, told, strict=True)}}


def _newest_refs(printed: str) -> dict[str, int]:
    """The highest ref by prefix. A page's texts can make it too high, which costs a question."""
    newest: dict[str, int] = {}
    for prefix, number in _REF.findall(printed):
        newest[prefix] = max(newest.get(prefix, 0), int(number))
    return newest


async def _iframe_details(
    page: Page, iframe: AriaNode, fresh: Mapping[str, FrameDetails]
) -> FrameDetails:
    from playwright.async_api import Error

    first = next((child.ref for child in iframe.children if child.ref), "")
    if known := fresh.get(first.partition("e")[0]):
        return known
    try:
        frame = page.get_by_ref(iframe.ref).content_frame
        return await collect_details(frame, _FRAME_TIMEOUT)
    except Error:
        # A frame that is just being replaced tells nothing now; the page around it still does.
        return FrameDetails()


def _filled_iframes(nodes: list[AriaNode]) -> Iterator[AriaNode]:
    for node in nodes:
        if node.role == "iframe" and node.ref and node.children:
            yield node
        yield from _filled_iframes(node.children)


@collection_paused()
def _tree(nodes: list[AriaNode], frames: dict[str, FrameDetails]) -> Node:
    return Node(role="document", children=_build(nodes, "", frames, visible=True))


def _build(
    nodes: list[AriaNode], frame: str, frames: dict[str, FrameDetails], *, visible: bool
) -> tuple[Node, ...]:
    details = frames.get(frame, FrameDetails())
    add_click_handles(nodes, details, frame)
    width, height = details.viewport

    def build(aria: AriaNode) -> Node:
        known = details.of(aria)
        if "parted" in known:
            part_words(aria, known["parted"])
        in_viewport = visible and (not known or not width or _is_in(known["box"], width, height))
        if aria.role == "iframe":
            children = _build(aria.children, aria.ref, frames, visible=in_viewport)
        else:
            children = tuple(map(build, aria.children))
        return build_node(aria, known, children, in_viewport=in_viewport)

    return tuple(map(build, nodes))


def _is_in(box: Box, width: float, height: float) -> bool:
    return box.x < width and box.y < height and box.x + box.width > 0 and box.y + box.height > 0
