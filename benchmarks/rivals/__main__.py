r"""What a look costs here and elsewhere, on the same pages, in turn, as medians.

Run it with ``python -m benchmarks.rivals``, and name where rivals are installed; none of them is
among this project's dependencies::

    python3.11 -m venv .skyvern/browser-use
    .skyvern/browser-use/bin/pip install browser-use
    python3.11 -m venv .skyvern/skyvern
    .skyvern/skyvern/bin/pip install 'skyvern[server]'
    npm install --prefix .skyvern/stagehand @browserbasehq/stagehand
    python -m benchmarks.rivals --browser-use .skyvern/browser-use/bin/python \
        --skyvern .skyvern/skyvern/bin/python --stagehand .skyvern/stagehand

Each has a Chromium of its own, the same executable with the same switches, and looks over CDP from
a process that stays. Tokens are characters / 4 of what a model would be given. "Known" is the share
of the page's controls that are held as such; "wanted" the share of those that the goal could mean
which the text names.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks.observed_pages import BenchPage, bench_pages
from benchmarks.rivals.contestants import Contestant, commands, own_and_bare, rival
from benchmarks.rivals.seen import Seen
from tests.loopback import Answering, LoopbackSite

LOOKS = {True: 15, False: 5}
"""How often to look, by whether a page is small."""
SMALL = 100


@dataclass(frozen=True)
class Result:
    """One page's looks by contestant.

    Attributes:
        looks: In the order in which they were taken, the first one of each left out.
    """

    page: BenchPage
    looks: Mapping[str, Sequence[Seen]]

    def milliseconds(self, name: str) -> str:
        """The median."""
        return f"{statistics.median(each.seconds for each in self.looks[name]) * 1000:,.0f}"

    def tokens(self, name: str) -> str:
        """Of the last look's text."""
        return f"{len(self.looks[name][-1].text) // 4:,}"

    def found(self, name: str) -> str:
        """Known and wanted."""
        last = self.looks[name][-1]
        known = min(1.0, last.controls / self.page.controls)
        named = [re.search(rf"(?<!\w){re.escape(each)}(?!\w)", last.text) for each in self.wanted]
        return f"{known:.0%}, {sum(map(bool, named)) / len(named):.0%}"

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of what the goal could mean."""
        return self.page.wanted


class BenchSite(LoopbackSite):
    """Serves the pages by number."""

    def __init__(self, pages: Sequence[BenchPage]) -> None:
        class Handler(Answering):
            def get(self) -> None:
                number = self.path.strip("/")
                known = number.isdigit() and int(number) < len(pages)
                self.page(pages[int(number)].html if known else "")

        super().__init__(Handler)


def measure(page: BenchPage, url: str, contestants: Sequence[Contestant]) -> Result:
    """Everybody opens the page; then all look in turn."""
    looks: dict[str, list[Seen]] = {}
    for each in contestants:
        each.go(url)
        each.look(page.goal)
        looks[each.name] = []
    for _ in range(LOOKS[page.controls < SMALL]):
        for each in contestants:
            looks[each.name].append(each.look(page.goal))
    return Result(page, looks)


def _table(
    title: str,
    results: Sequence[Result],
    names: Sequence[str],
    cell: Callable[[Result, str], str],
) -> None:
    print(f"| {title} | {' | '.join(names)} |")
    print("|---" * (len(names) + 1) + "|")
    for result in results:
        print(f"| {result.page.name} | {' | '.join(cell(result, name) for name in names)} |")
    print()


def main() -> None:
    """Prints the tables, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--browser-use", default="", help="Python that has browser-use")
    parser.add_argument("--stagehand", default="", help="folder where npm has put Stagehand")
    parser.add_argument("--skyvern", default="", help="Python that has skyvern[server]")
    chosen: dict[str, Any] = vars(parser.parse_args())
    pages = bench_pages()
    with ExitStack() as stack:
        site = stack.enter_context(BenchSite(pages))
        contestants = [*stack.enter_context(own_and_bare())]
        for name, command in commands(**chosen).items():
            contestants.append(stack.enter_context(rival(name, command)))
        results = [
            measure(page, f"{site.url}/{number}", contestants) for number, page in enumerate(pages)
        ]
    names = [each.name for each in contestants]
    _table("milliseconds", results, names, Result.milliseconds)
    _table("tokens", results, names, Result.tokens)
    _table("known, wanted", results, names, Result.found)


if __name__ == "__main__":
    main()
