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

_WARM_SECONDS = 120
"""Longer than a round: it ends by itself afterwards."""

GOAL_SEQUENTIAL, GOAL_PARALLEL = 0.5, 1.25
"""What the workflow may take of the seconds of the two scripts."""


@dataclass(frozen=True)
class Round:
    """One size and latency, once: seconds of all three, and where those of the workflow went.

    Attributes:
        start: From the command to the first request at the shop.
        blocks: Seconds of blocks, summed over iterations, which overlap.
        browser: Those of them in the browser, the shop's answers included.
        in_pages: Seconds of tasks that opened a page, summed.
    """

    invoices: int
    latency_ms: int
    delivered: int
    workflow: float
    sequential: float
    parallel: float
    start: float
    blocks: float
    browser: float
    in_pages: float


def main() -> int:
    """Prints the table; exit status 1 when a run did not deliver what it should have."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20])
    parser.add_argument("--latency-ms", type=int, nargs="+", default=[0])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--warm", action="store_true", help="forked from a warm process")
    parser.add_argument("--json", action="store_true", help="one line of JSON a round")
    asked = parser.parse_args()
    rounds = []
    for count in asked.sizes:
        for latency in asked.latency_ms:
            for _ in range(asked.repeat):
                rounds.append(_round(count, latency, warm=asked.warm))
                print(json.dumps(asdict(rounds[-1])) if asked.json else _said(rounds[-1]))
                sys.stdout.flush()
    return 0 if all(each.delivered == each.invoices for each in rounds) else 1


def _round(count: int, latency_ms: int, *, warm: bool = False) -> Round:
    with demo_services() as demo, tempfile.TemporaryDirectory() as home:
        os.environ.update(demo.environment(), DAGSTER_HOME=home)
        os.environ[SECONDS_VARIABLE] = str(_WARM_SECONDS if warm else 0)
        prepare_home()  # made once, by a user's first command
        # The shop's, the bucket's and the mail server's first use of their libraries is nobody's.
        _rival(_PLAIN, demo, _since(demo, 1))
        if warm:  # a command that has come before; there is no such run
            _command("resume", "wr_1")
        demo.shop.latency.seconds = latency_ms / 1000
        since = _since(demo, count)
        workflow, start, records = _ours(demo, since)
        sequential = _rival(_PLAIN, demo, since)
        parallel = _rival(_PARALLEL, demo, since, str(run_width()))
    return Round(
        invoices=count,
        latency_ms=latency_ms,
        delivered=sum(len(record.outcome.files) for record in records),
        workflow=workflow,
        sequential=sequential,
        parallel=parallel,
        start=start,
        blocks=sum(record.outcome.seconds for record in records),
        browser=_spent(records, _BROWSER),
        in_pages=sum(
            record.outcome.seconds
            for record in records
            if "seconds_observe" in record.outcome.details
        ),
    )


def _since(demo: DemoServices, count: int) -> date:
    """The day from which on there are so many invoices."""
    with_invoice = [order.order_date for order in demo.orders if order.has_invoice]
    return with_invoice[count - 1]


def _ours(demo: DemoServices, since: date) -> tuple[float, float, Sequence[BlockRecord]]:
    """The command as a user types it; the start lasts until the shop is asked for something."""
    file = _ROOT / "workflows" / f"{demo_workflow().name}.yaml"
    demo.request_log.clear()
    started, began = time.monotonic(), time.perf_counter()
    said = _command(
        "run", str(file), "--json", "-p", f"website_url={demo.shop_url}",
        "-p", f"invoice_retrieval_start_date={since.isoformat()}",
    )  # fmt: skip
    whole = time.monotonic() - started
    start = min(each.arrived for each in demo.request_log.requests) - began
    return whole, start, run_records(json.loads(said)["workflow_run_id"])


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


def _rival(module: str, demo: DemoServices, since: date, *further: str) -> float:
    started = time.monotonic()
    command = [sys.executable, "-m", module, demo.shop_url, since.isoformat(), *further]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def _said(each: Round) -> str:
    return (
        f"{each.delivered} of {each.invoices} invoices, {each.latency_ms} ms: "
        f"{each.workflow:.1f} s; one after the other {each.sequential:.1f} s (ratio "
        f"{each.workflow / each.sequential:.2f}), {run_width()} at a time {each.parallel:.1f} s "
        f"(ratio {each.workflow / each.parallel:.2f}); start {each.start:.1f} s, blocks "
        f"{each.blocks:.1f} s, of which in the browser {each.browser:.1f} s"
    )


def rows(count: int, latency_ms: int, rounds: int) -> list[Row]:
    """One size and latency beside each of the two scripts.

    Raises:
        RuntimeError: An invoice is missing.
    """
    took = [_round(count, latency_ms) for _ in range(rounds)]
    if any(each.delivered != count for each in took):
        raise RuntimeError(f"{[each.delivered for each in took]} of {count} invoices came")
    start = statistics.median(each.start for each in took)
    page = statistics.median(each.in_pages for each in took)
    why = (
        f"{start:.1f} s until the shop is asked for something, {page:.1f} s of tasks in pages "
        "(login, list, the first item, items without an invoice), with what they record"
    )
    what = f"{count} invoices, latency {latency_ms} ms"
    ours = tuple(each.workflow for each in took)
    one, four = (
        tuple(each.sequential for each in took),
        tuple(each.parallel for each in took),
    )
    return [
        Row(what, "a script, one after the other", ours, one, GOAL_SEQUENTIAL, why=why),
        Row(what, f"a script, {run_width()} at a time", ours, four, GOAL_PARALLEL, why=why),
    ]


if __name__ == "__main__":
    sys.exit(main())
