from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession

PAGES = Path(__file__).parent / "pages"

Look = Callable[[str], Observation]


@pytest.fixture(scope="package")
def look(runtime: BrowserRuntime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """Shows a page of ``pages/`` in Chromium, at the address that its ``base`` element gives."""
    downloads = tmp_path_factory.mktemp("downloads")
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=downloads))

    async def show(name: str) -> Observation:
        html = (PAGES / f"{name}.html").read_text()
        base = re.search(r'<base href="([^"]*)"', html)
        await session.page.set_content(html)
        seen = await session.observe()
        return replace(seen, url=base.group(1) if base else seen.url)

    yield lambda name: runtime.run(show(name))
    runtime.run(session.close())
