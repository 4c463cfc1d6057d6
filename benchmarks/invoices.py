"""Seconds of the whole invoice workflow, beside Playwright scripts that know the shop by heart.

``python -m benchmarks.invoices`` runs, for each size and latency of the shop, in turn: the workflow
as a user starts it, a script that fetches one invoice after the other, and one that fetches four at
a time. ``--write`` puts the table into docs/benchmarks.md, with the machine and the versions.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.demo.workflow import demo_workflow
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.execution.side_by_side import run_width
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.local import run_records

_ROOT = Path(__file__).resolve().parent.parent
_PAGE = _ROOT / "docs" / "benchmarks.md"
_BROWSER = ("seconds_open", "seconds_act", "seconds_observe", "seconds_screenshot")
_PLAIN, _PARALLEL = "benchmarks.plain_playwright", "benchmarks.parallel_playwright"

GOAL_SEQUENTIAL, GOAL_PARALLEL = 0.5, 1.25
"""What the workflow may take of the seconds of the two scripts."""


@dataclass(frozen=True)
class Round:
    """One size and latency, once: seconds of all three, and where those of the workflow went.

    Attributes:
        start: From the command to the first request at the shop.
        blocks: Seconds of blocks, summed over iterations, which overlap.
        browser: Those of them in the browser, the shop's answers included.
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


def main() -> int:
    """Prints the table; exit status 1 when a run did not deliver what it should have."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20])
    parser.add_argument("--latency-ms", type=int, nargs="+", default=[0])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one line of JSON a round")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    asked = parser.parse_args()
    rounds = []
    for count in asked.sizes:
        for latency in asked.latency_ms:
            for _ in range(asked.repeat):
                rounds.append(_round(count, latency))
                print(json.dumps(asdict(rounds[-1])) if asked.json else _said(rounds[-1]))
                sys.stdout.flush()
    if asked.write:
        _PAGE.write_text(_page(rounds), encoding="utf-8")
    return 0 if all(each.delivered == each.invoices for each in rounds) else 1


def _round(count: int, latency_ms: int) -> Round:
    with demo_services() as demo, tempfile.TemporaryDirectory() as home:
        os.environ.update(demo.environment(), DAGSTER_HOME=home)
        prepare_home()  # made once, by a user's first command
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
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("skyvern-dagster")), "run", str(file), "--json",
            "-p", f"website_url={demo.shop_url}",
            "-p", f"invoice_retrieval_start_date={since.isoformat()}",
        ],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    whole = time.monotonic() - started
    start = min(each.arrived for each in demo.request_log.requests) - began
    return whole, start, run_records(json.loads(done.stdout)["workflow_run_id"])


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


def _page(rounds: Sequence[Round]) -> str:
    return "\n".join([*_head(), *_table(rounds), *_explained(), ""])


def _head() -> Iterator[str]:
    yield "# How long a run takes"
    yield ""
    yield "Written by `python -m benchmarks.invoices --write`: seconds of the invoice workflow with"
    yield "everything that it records, as a user starts it (`skyvern-dagster run`), beside two"
    yield "Playwright scripts that know the demo shop by heart and record nothing. Medians; the"
    yield "latency is the shop's, for each request."
    yield ""
    versions = ", ".join(f"{name} {version(name)}" for name in ("dagster", "playwright"))
    yield f"{utc_now():%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()},"
    yield f"{versions}."
    yield ""


def _table(rounds: Sequence[Round]) -> Iterator[str]:
    yield "| invoices | latency | workflow | one after the other | ratio | four at a time | ratio |"
    yield "|---|---|---|---|---|---|---|"
    for size, latency in dict.fromkeys((each.invoices, each.latency_ms) for each in rounds):
        same = [each for each in rounds if (each.invoices, each.latency_ms) == (size, latency)]
        ours = statistics.median(each.workflow for each in same)
        plain = statistics.median(each.sequential for each in same)
        wide = statistics.median(each.parallel for each in same)
        yield (
            f"| {size} | {latency} ms | {ours:.1f} s | {plain:.1f} s | {ours / plain:.2f} | "
            f"{wide:.1f} s | {ours / wide:.2f} |"
        )


def _explained() -> Iterator[str]:
    yield ""
    yield f"The goals are {GOAL_SEQUENTIAL} times the first script and {GOAL_PARALLEL} times the"
    yield "second one."


if __name__ == "__main__":
    sys.exit(main())
