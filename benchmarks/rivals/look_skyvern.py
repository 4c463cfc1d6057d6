"""Skyvern's own element tree; runs under the Python that ``skyvern[server]`` is installed for.

As its agent has it in the prompt: the tree of all frames, trimmed, as HTML. Its waiting before it,
and the screenshots after it, are left out.
"""

from __future__ import annotations

import asyncio
import copy
import os
import sys

os.environ.update(SKYVERN_TELEMETRY="false", LITELLM_LOCAL_MODEL_COST_MAP="True")

from playwright.async_api import async_playwright
from skyvern.forge.sdk.core import skyvern_context
from skyvern.webeye.scraper.scraped_page import json_to_html
from skyvern.webeye.scraper.scraper import get_interactable_element_tree, trim_element_tree

from benchmarks.rivals.seen import CONTROL_TAGS, SCRIPTED, answer_lines


async def main(cdp_url: str) -> None:
    """Attaches, and looks when told to."""
    skyvern_context.set(skyvern_context.SkyvernContext())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(cdp_url)
        page = browser.contexts[0].pages[0]

        async def look() -> tuple[str, int]:
            elements, tree, _ = await get_interactable_element_tree(page)
            trimmed = trim_element_tree(copy.deepcopy(tree))
            held = [
                each
                for each in elements
                if each.get("interactable")
                and (each["tagName"] in CONTROL_TAGS or each["attributes"].get("id") == SCRIPTED)
            ]
            return "".join(json_to_html(each) for each in trimmed), len(held)

        await answer_lines(page.goto, look)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
