"""How much memory a browser context takes: ``python -m benchmarks.contexts [N...]``.

For the size of workers (docs/how-to/deploy.md). The memory is what the kernel calls PSS: pages that
processes share are counted once. Contexts show the demo shop's home page, which is a light page; a
portal's own pages may be passed by ``--url``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.demo.shop.server import ShopServer

_USUAL = (0, 1, 2, 4, 8)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contexts")
    parser.add_argument("contexts", nargs="*", type=int, default=_USUAL)
    parser.add_argument("--url", default="")
    given = parser.parse_args(arguments)
    shop = ShopServer()
    if not given.url:
        shop.start()
    try:
        print("contexts  browser MB  MB a context")
        before = 0.0
        for count in sorted(given.contexts):
            taken = _browser_megabytes(given.url or shop.url, count)
            before = before or taken
            each = f"{(taken - before) / count:12.0f}" if count else " " * 12
            print(f"{count:8}  {taken:10.0f}  {each}")
    finally:
        if not given.url:
            shop.stop()


def _browser_megabytes(url: str, contexts: int) -> float:
    """Of Playwright's driver and a browser with so many contexts, each with the page open."""

    async def opened() -> float:
        browser = await runtime.browser()
        pages: list[Any] = [await (await browser.new_context()).new_page() for _ in range(contexts)]
        for page in pages:
            await page.goto(url, wait_until="load")
        return sum(map(_megabytes, _descendants(os.getpid())))

    with BrowserRuntime() as runtime:
        return runtime.run(opened())


def _descendants(process: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):  # it has ended meanwhile
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    found, todo = [], [process]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def _megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
