"""browser-use's own observation; runs under the Python that browser-use is installed for.

As its agent has it: DOM service and serializer with the session's settings, cut where its prompt
cuts.
"""

from __future__ import annotations

import asyncio
import os
import sys

os.environ.update(ANONYMIZED_TELEMETRY="false", BROWSER_USE_LOGGING_LEVEL="error")

from browser_use.browser.session import BrowserSession
from browser_use.dom.service import DomService

from benchmarks.rivals.seen import CONTROL_TAGS, SCRIPTED, answer_lines

LONGEST = 40_000
"""Characters of elements in its agent's prompt (``max_clickable_elements_length``)."""


async def main(cdp_url: str) -> None:
    """Attaches, and looks when told to."""
    session = BrowserSession(cdp_url=cdp_url, viewport={"width": 1280, "height": 800})
    await session.start()
    profile = session.browser_profile
    service = DomService(
        session,
        cross_origin_iframes=profile.cross_origin_iframes,
        paint_order_filtering=profile.paint_order_filtering,
        max_iframes=profile.max_iframes,
        max_iframe_depth=profile.max_iframe_depth,
    )

    async def look() -> tuple[str, int]:
        state, _, _ = await service.get_serialized_dom_tree()
        held = [
            node
            for node in state.selector_map.values()
            if node.tag_name in CONTROL_TAGS or node.attributes.get("id") == SCRIPTED
        ]
        return state.llm_representation()[:LONGEST], len(held)

    await answer_lines(session.navigate_to, look)
    await session.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
