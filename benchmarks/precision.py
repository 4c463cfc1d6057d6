"""Of the runs that say `completed`, how many were right: pages that invite a wrong success.

``python -m benchmarks.precision`` tries the difficulty pages, widgets of real libraries and the
traps without a model and prints a table by kind, with what was falsely said below it. A claim is a
code of the definition for what isn't there (``order_not_found``): its run is complete, too. The
kinds of ``tests/traps`` are in ``docs/precision.md``; ``--only`` chooses among them. The exit
status is 1 where anything was falsely said.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.agent.errand import Errand
from tests.difficulties.attempts import attempt
from tests.difficulties.cases import DifficultSite, cases, widgets
from tests.traps.site import TrapSite
from tests.traps.trial import KINDS, tried

_PAGES = {"difficulties": cases, "widgets": widgets}


@dataclass(frozen=True)
class Tried:
    """One run.

    Attributes:
        said: Whether it said `completed`.
        right: Whether what was asked for was done.
        claimed: Whether it ended with a code for what isn't there: foreseen, as if it were done.
        so: Whether it isn't there.
    """

    kind: str
    name: str
    said: bool
    right: bool
    claimed: bool = False
    so: bool = False

    @property
    def is_false(self) -> bool:
        """Whether it says what isn't so."""
        return (self.said and not self.right) or (self.claimed and not self.so)


def main() -> int:
    """Prints the table."""
    every = (*_PAGES, *KINDS)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=every, default=every, metavar="KIND")
    only = parser.parse_args().only
    with BrowserRuntime() as runtime, tempfile.TemporaryDirectory() as folder:
        print("| kind | runs | said completed | of which right | claimed | of which right |")
        print("|---|---|---|---|---|---|")
        runs: list[Tried] = []
        tried_all = chain(
            _difficulties(runtime, Path(folder), only), _traps(runtime, Path(folder), only)
        )
        for kind, listed in groupby(tried_all, key=lambda one: one.kind):
            of_kind = list(listed)
            print(_row(kind, of_kind), flush=True)
            runs += of_kind
    print(_row("**all**", runs))
    false = [one for one in runs if one.is_false]
    for one in false:
        what = "completed" if one.said else "claimed"
        print(f"\nfalsely {what}: {one.kind}: {one.name}")
    return 1 if false else 0


def _row(kind: str, runs: Sequence[Tried]) -> str:
    said = [one for one in runs if one.said]
    claimed = [one for one in runs if one.claimed]
    done = f"{len(said)} | {sum(one.right for one in said)}"
    return f"| {kind} | {len(runs)} | {done} | {len(claimed)} | {sum(one.so for one in claimed)} |"


def _difficulties(runtime: BrowserRuntime, folder: Path, only: Collection[str]) -> Iterator[Tried]:
    with DifficultSite() as site:
        listed = [(kind, one) for kind, pages in _PAGES.items() if kind in only for one in pages()]
        for kind, case in listed:
            if case.missing:
                continue
            done = attempt(runtime, case, HeuristicPlanner(), site.url, folder)
            said = done.reason.startswith("completed")
            yield Tried(kind, case.name, said, done.done)


def _traps(runtime: BrowserRuntime, folder: Path, only: Collection[str]) -> Iterator[Tried]:
    with TrapSite() as site:
        for kind, listed in KINDS.items():
            if kind not in only:
                continue
            for number, trap in enumerate(listed()):
                store = ArtifactStore(folder / f"{kind}-{number}")
                errand = Errand(TaskRunner(runtime, store), store, site.url)
                seen = tried(errand, site, trap, HeuristicPlanner())
                said = seen.status == "completed"
                so = seen.claimed == trap.claim
                claimed = not said and bool(seen.claimed)
                yield Tried(kind, trap.name, said, trap.right(seen), claimed, so)


if __name__ == "__main__":
    sys.exit(main())
