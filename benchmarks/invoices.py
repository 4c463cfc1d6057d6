"""Seconds of the whole invoice workflow, beside Playwright scripts that know the shop by heart.

``python -m benchmarks.invoices`` runs, for each size and latency of the shop, in turn: the workflow
as a user starts it, a script that fetches one invoice after the other, and one that fetches four at
a time. ``--write`` puts the table into docs/benchmarks.md, with the machine and the versions.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from benchmarks.phases import Phases
from benchmarks.row import Row
from skyvern_dagster.cli.warm_message import SECONDS_VARIABLE
from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.demo.workflow import demo_workflow
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.execution.side_by_side import run_width
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.local import run_records

_ROOT = Path(__file__).resolve().parent.parent
_BROWSER = ("seconds_open", "seconds_act", "seconds_observe", "seconds_screenshot")
_PLAIN, _PARALLEL = "benchmarks.plain_playwright", "benchmarks.parallel_playwright"

_PAUSE_SECONDS = 6
"""Between a warm run and the next one, whose process is there by then (docs/running.md)."""

_WARM_SECONDS = 120
"""Longer than a round: it ends by itself afterwards."""

GOAL_SEQUENTIAL, GOAL_PARALLEL = 0.5, 1.25
"""What the workflow may take of the seconds of the two scripts."""


@dataclass(frozen=True)
class Ours:
    """The workflow once: its seconds, and where they went.

    Attributes:
        delivered: How many files it has fetched.
        seconds: From the command to its end.
        phases: Where they went.
        blocks: Seconds of blocks, summed over iterations, which overlap.
        browser: Those of them in the browser, the shop's answers included.
    """

    delivered: int
    seconds: float
    phases: Phases
    blocks: float
    browser: float


@dataclass(frozen=True)
class Script:
    """A rival once: its seconds, and where they went."""

    seconds: float
    phases: Phases


@dataclass(frozen=True)
class Round:
    """One size and latency, once: the workflow and the seconds of both scripts.

    Attributes:
        cold: As its first command on a machine.
        warm: From a warm process, some seconds after another one (running.md#starting-at-once).
    """

    invoices: int
    latency_ms: int
    cold: Ours
    warm: Ours
    sequential: Script
    parallel: Script

    @property
    def is_complete(self) -> bool:
        """Whether both have fetched every invoice."""
        return self.cold.delivered == self.warm.delivered == self.invoices


def main() -> int:
    """Prints the table; exit status 1 when a run did not deliver what it should have."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20])
    parser.add_argument("--latency-ms", type=int, nargs="+", default=[0])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one line of JSON a round")
    asked = parser.parse_args()
    rounds = []
    for count in asked.sizes:
        for latency in asked.latency_ms:
            for _ in range(asked.repeat):
                rounds.append(_round(count, latency))
                print(json.dumps(asdict(rounds[-1])) if asked.json else _said(rounds[-1]))
                sys.stdout.flush()
    return 0 if all(each.is_complete for each in rounds) else 1


def _round(count: int, latency_ms: int) -> Round:
    with demo_services() as demo, tempfile.TemporaryDirectory() as home:
        os.environ.update(demo.environment(), DAGSTER_HOME=home)
        prepare_home()  # made once, by a user's first command
        # The shop's, the bucket's and the mail server's first use of their libraries is nobody's.
        _script(_PLAIN, demo, _since(demo, 1))
        demo.shop.latency.seconds = latency_ms / 1000
        since = _since(demo, count)
        cold = _ours(demo, since)
        os.environ[SECONDS_VARIABLE] = str(_WARM_SECONDS)
        _command("resume", "wr_1")  # it brings one up, and there is no such run
        _ours(demo, since)
        time.sleep(_PAUSE_SECONDS)
        warm = _ours(demo, since)
        del os.environ[SECONDS_VARIABLE]
        sequential = _script(_PLAIN, demo, since)
        parallel = _script(_PARALLEL, demo, since, str(run_width()))
    return Round(count, latency_ms, cold, warm, sequential, parallel)


def _since(demo: DemoServices, count: int) -> date:
    """The day from which on there are so many invoices."""
    with_invoice = [order.order_date for order in demo.orders if order.has_invoice]
    return with_invoice[count - 1]


def _ours(demo: DemoServices, since: date) -> Ours:
    """The command as a user types it."""
    file = _ROOT / "workflows" / f"{demo_workflow().name}.yaml"
    demo.request_log.clear()
    began = time.perf_counter()
    said = _command(
        "run", str(file), "--json", "-p", f"website_url={demo.shop_url}",
        "-p", f"invoice_retrieval_start_date={since.isoformat()}",
    )  # fmt: skip
    ended = time.perf_counter()
    records = run_records(json.loads(said)["workflow_run_id"])
    return Ours(
        delivered=sum(len(record.outcome.files) for record in records),
        seconds=ended - began,
        phases=Phases.of(demo.request_log.requests, began, ended),
        blocks=sum(record.outcome.seconds for record in records),
        browser=_spent(records, _BROWSER),
    )


def _command(*arguments: str) -> bytes:
    program = Path(sys.executable).with_name("skyvern-dagster")
    done = subprocess.run(
        [str(program), *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return done.stdout


def _spent(records: Sequence[BlockRecord], names: Sequence[str]) -> float:
    return sum(record.outcome.details.get(name, 0.0) for record in records for name in names)


def _script(module: str, demo: DemoServices, since: date, *further: str) -> Script:
    demo.request_log.clear()
    began = time.perf_counter()
    command = [sys.executable, "-m", module, demo.shop_url, since.isoformat(), *further]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    ended = time.perf_counter()
    return Script(ended - began, Phases.of(demo.request_log.requests, began, ended))


def _said(each: Round) -> str:
    return "\n".join(
        f"{ours.delivered} of {each.invoices} invoices, {each.latency_ms} ms, {how}: "
        f"{ours.seconds:.1f} s; one after the other {each.sequential.seconds:.1f} s (ratio "
        f"{ours.seconds / each.sequential.seconds:.2f}), {run_width()} at a time "
        f"{each.parallel.seconds:.1f} s "
        f"(ratio {ours.seconds / each.parallel.seconds:.2f}); blocks "
        f"{ours.blocks:.1f} s, of which in the browser {ours.browser:.1f} s; beside the first: "
        f"{ours.phases.told(each.sequential.phases)}"
        for how, ours in (("cold", each.cold), ("warm", each.warm))
    )


def rows(count: int, latency_ms: int, rounds: int) -> list[Row]:
    """One size and latency, cold and warm, beside each of the two scripts.

    Raises:
        RuntimeError: An invoice is missing.
    """
    took = [_round(count, latency_ms) for _ in range(rounds)]
    if not all(each.is_complete for each in took):
        raise RuntimeError(f"not all of {count} invoices came: {took}")
    one, four = [each.sequential for each in took], [each.parallel for each in took]
    width = f"a script, {run_width()} at a time"
    made = []
    for how, ours in (
        ("", [each.cold for each in took]),
        (", warm", [each.warm for each in took]),
    ):
        what = f"{count} invoices, latency {latency_ms} ms{how}"
        made += [
            _row(what, "a script, one after the other", ours, one, GOAL_SEQUENTIAL),
            _row(what, width, ours, four, GOAL_PARALLEL),
        ]
    return made


def _row(what: str, rival: str, ours: Sequence[Ours], theirs: Sequence[Script], goal: float) -> Row:
    mine = tuple(each.seconds for each in ours)
    other = tuple(each.seconds for each in theirs)
    phases = Phases.median([each.phases for each in ours])
    beside = phases.told(Phases.median([each.phases for each in theirs]))
    lacking = statistics.median(mine) - goal * statistics.median(other)
    why = f"{beside}; the goal would be {lacking:.1f} s less"
    return Row(what, rival, mine, other, goal, why=why)


if __name__ == "__main__":
    sys.exit(main())
