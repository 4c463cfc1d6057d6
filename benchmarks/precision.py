"""Of the runs that say `completed`, how many were right: pages that invite a wrong success.

``python -m benchmarks.precision`` tries the difficulty pages, widgets of real libraries and the
traps without a model and prints a table by kind, with what was falsely said below it. The kinds of
``tests/traps`` are in ``docs/precision.md``. The exit status is 1 where anything was falsely said.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
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


@dataclass(frozen=True)
class Tried:
    """One run.

    Attributes:
        said: Whether it said `completed`.
        right: Whether what was asked for was done.
    """

    kind: str
    name: str
    said: bool
    right: bool


def main() -> int:
    """Prints the table."""
    with BrowserRuntime() as runtime, tempfile.TemporaryDirectory() as folder:
        print("| kind | runs | said completed | of which right |\n|---|---|---|---|")
        runs: list[Tried] = []
        every = chain(_difficulties(runtime, Path(folder)), _traps(runtime, Path(folder)))
        for kind, listed in groupby(every, key=lambda one: one.kind):
            of_kind = list(listed)
            print(_row(kind, of_kind), flush=True)
            runs += of_kind
    print(_row("**all**", runs))
    false = [one for one in runs if one.said and not one.right]
    for one in false:
        print(f"\nfalsely completed: {one.kind}: {one.name}")
    return 1 if false else 0


def _row(kind: str, runs: Sequence[Tried]) -> str:
    said = [one for one in runs if one.said]
    return f"| {kind} | {len(runs)} | {len(said)} | {sum(one.right for one in said)} |"


def _difficulties(runtime: BrowserRuntime, folder: Path) -> Iterator[Tried]:
    with DifficultSite() as site:
        listed = [("difficulties", one) for one in cases()] + [
            ("widgets", one) for one in widgets() if not one.missing
        ]
        for kind, case in listed:
            done = attempt(runtime, case, HeuristicPlanner(), site.url, folder)
            said = done.reason.startswith("completed")
            yield Tried(kind, case.name, said, done.done)


def _traps(runtime: BrowserRuntime, folder: Path) -> Iterator[Tried]:
    with TrapSite() as site:
        for kind, listed in KINDS.items():
            for number, trap in enumerate(listed()):
                store = ArtifactStore(folder / f"{kind}-{number}")
                errand = Errand(TaskRunner(runtime, store), store, site.url)
                seen = tried(errand, site, trap, HeuristicPlanner())
                yield Tried(kind, trap.name, seen.status == "completed", trap.right(seen))


if __name__ == "__main__":
    sys.exit(main())
