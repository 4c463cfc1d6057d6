"""The difficulty pages with a planner that knows how and with one that has to find out.

Run it with ``python -m benchmarks.difficulties``; it prints the table of ``docs/difficulties.md``.
``scripted`` shows that the hands can do it, ``heuristic`` how far the head gets without a model.
Done is what the page says in the end; the last line is how many of the runs that said `completed`
were done.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.planners.scripted import ScriptedPlanner
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.difficulties.attempts import attempt
from tests.difficulties.cases import DifficultSite, cases

MARK = {True: "yes", False: "no"}


def main() -> None:
    """Prints the table."""
    print("| difficulty | goal | scripted | heuristic |\n|---|---|---|---|")
    done = {"scripted": 0, "heuristic": 0}
    said: list[bool] = []
    with BrowserRuntime() as runtime, DifficultSite() as site, tempfile.TemporaryDirectory() as tmp:
        for case in cases():
            tried: dict[str, Planner] = {
                "scripted": ScriptedPlanner(case.script()),
                "heuristic": HeuristicPlanner(),
            }
            marks = []
            for name, planner in tried.items():
                tried_once = attempt(runtime, case, planner, site.url, Path(tmp))
                ok = tried_once.done
                done[name] += ok
                if name == "heuristic" and tried_once.reason.startswith("completed"):
                    said.append(ok)
                marks.append(MARK[ok])
            print(f"| {case.name.replace('_', ' ')} | {case.goal} | {' | '.join(marks)} |")
    total = len(cases())
    print(f"| **all {total}** | | **{done['scripted']}** | **{done['heuristic']}** |")
    print(f"\nheuristic said completed: {len(said)}, of which done: {sum(said)}")


if __name__ == "__main__":
    main()
