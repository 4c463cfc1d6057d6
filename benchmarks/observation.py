"""How much a look at a page costs, beside Playwright's bare AI snapshot in the same run.

Run it with ``python -m benchmarks.observation``. Tokens are characters / 4. Milliseconds are
medians of looks that are taken in turn: ours with the text for a model,
``aria_snapshot(mode="ai")`` bare, and with ``boxes=True``, since ours has boxes. "known" is the
share of all controls that the observation has; "wanted" the share of those that the goal could
mean which the text still shows.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Route

from benchmarks.observed_pages import BenchPage, bench_pages
from skyvern_dagster.browser.nested_controls import is_control
from skyvern_dagster.browser.page_outline import page_outline, words_of
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession

LOOKS = {True: 21, False: 5}
"""How often to look, by whether a page is small."""
SMALL = 100
MAX_TOKENS = 4_000


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    controls: int
    found: float
    wanted: float
    seconds: float
    bare_seconds: float
    boxed_seconds: float
    tokens: int
    bare_tokens: int


async def measure(session: BrowserSession, page: BenchPage) -> Row:
    """Looks at a page in both ways, in turn."""
    # Through the network, as pages come: scripts of ours are there before the page's.
    address = f"http://bench.invalid/{page.name.replace(' ', '_')}"

    async def serve(route: Route) -> None:
        await route.fulfill(content_type="text/html; charset=utf-8", body=page.html)

    await session.page.route("**/*", serve)
    await session.page.goto(address)
    words = words_of([page.goal])
    bare, ours = "", ""
    seconds: list[float] = []
    bare_seconds: list[float] = []
    boxed_seconds: list[float] = []

    async def bare_look() -> None:
        nonlocal bare
        bare = await session.page.aria_snapshot(mode="ai")

    async def boxed_look() -> None:
        await session.page.aria_snapshot(mode="ai", boxes=True)

    async def our_look() -> None:
        nonlocal ours
        ours = page_outline(await session.observe(), words, MAX_TOKENS).text

    await our_look()
    for _ in range(LOOKS[page.controls < SMALL]):
        bare_seconds.append(await _timed(bare_look))
        seconds.append(await _timed(our_look))
        boxed_seconds.append(await _timed(boxed_look))
    seen = await session.observe()
    known = sum(is_control(node) for node in seen.root.walk())
    return Row(
        name=page.name,
        controls=page.controls,
        found=min(1.0, known / page.controls),
        wanted=sum(f'"{name}"' in ours for name in page.wanted) / len(page.wanted),
        seconds=statistics.median(seconds),
        bare_seconds=statistics.median(bare_seconds),
        boxed_seconds=statistics.median(boxed_seconds),
        tokens=len(ours) // 4,
        bare_tokens=len(bare) // 4,
    )


async def _timed(look: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await look()
    return time.perf_counter() - started


def main() -> None:
    """Prints the table."""
    print(f"{'page':<20}{'controls':>9}{'known':>7}{'wanted':>8}{'ms':>7}{'bare':>7}{'ratio':>7}"
          f"{'boxes':>7}{'ratio':>7}{'tokens':>8}{'bare':>8}{'ratio':>7}")  # fmt: skip
    with BrowserRuntime() as runtime, tempfile.TemporaryDirectory() as folder:
        session = runtime.run(BrowserSession.open(runtime, downloads_dir=Path(folder)))
        for page in bench_pages():
            row = runtime.run(measure(session, page))
            print(
                f"{row.name:<20}{row.controls:>9}{row.found:>7.0%}{row.wanted:>8.0%}"
                f"{row.seconds * 1000:>7.0f}{row.bare_seconds * 1000:>7.0f}"
                f"{row.seconds / row.bare_seconds:>7.2f}{row.boxed_seconds * 1000:>7.0f}"
                f"{row.seconds / row.boxed_seconds:>7.2f}{row.tokens:>8}{row.bare_tokens:>8}"
                f"{row.tokens / row.bare_tokens:>7.2f}"
            )
        runtime.run(session.close())


if __name__ == "__main__":
    main()
