"""Seconds of the invoice workflow for 10 and 20 invoices, by where they go, beside a rival.

``python -m benchmarks.invoices`` prints a row per size: the whole run as a user starts it, the
seconds in the site, in the browser, in the agent and in Dagster, the plain Playwright script that
knows the shop by heart, and the ratio of the two.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.demo.workflow import demo_workflow
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.runs.local import LocalRun, run_records

_BROWSER = ("seconds_open", "seconds_act", "seconds_observe", "seconds_screenshot")


@dataclass(frozen=True)
class Measured:
    """Where the seconds of one run went; the parts add up to the whole."""

    whole: float
    site: float
    browser: float
    agent: float
    dagster: float
    rest: float


def main() -> int:
    """Prints the table; exit status 1 when a run did not deliver what it should have."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20])
    parser.add_argument("--repeat", type=int, default=1)
    sizes = parser.parse_args()
    head = (
        "invoices",
        "run",
        "site",
        "browser",
        "agent",
        "Dagster",
        "start+other",
        "plain",
        "ratio",
    )
    print("  ".join(f"{name:>11}" for name in head))
    good = True
    for count in sizes.sizes:
        for _ in range(sizes.repeat):
            with demo_services() as demo, tempfile.TemporaryDirectory() as home:
                os.environ.update(demo.environment(), DAGSTER_HOME=home)
                since = _since(demo, count)
                measured, delivered = _ours(demo, since)
                plain = _rival(demo, since)
            good = good and delivered == count
            figures = (
                measured.whole, measured.site, measured.browser, measured.agent,
                measured.dagster, measured.rest, plain, measured.whole / plain,
            )  # fmt: skip
            print(f"{delivered:>11}  " + "  ".join(f"{figure:>11.2f}" for figure in figures))
    return 0 if good else 1


def _since(demo: DemoServices, count: int) -> date:
    """The day from which on there are so many invoices."""
    with_invoice = [order.order_date for order in demo.orders if order.has_invoice]
    return with_invoice[count - 1]


def _ours(demo: DemoServices, since: date) -> tuple[Measured, int]:
    demo.request_log.clear()
    started = time.monotonic()
    parameters = {"website_url": demo.shop_url, "invoice_retrieval_start_date": since.isoformat()}
    local = LocalRun.start(demo_workflow(), "benchmark", parameters)
    begun: list[float] = []
    answer = local.wait(lambda _: begun.append(time.monotonic()))
    whole = time.monotonic() - started
    records = run_records(answer.workflow_run_id)
    site = demo.request_log.seconds
    blocks = sum(record.outcome.seconds for record in records)
    browser = _spent(records, _BROWSER) - site
    agent = blocks - _spent(records, _BROWSER)
    start = begun[0] - started if begun else 0.0
    measured = Measured(
        whole=whole,
        site=site,
        browser=browser,
        agent=agent,
        dagster=whole - blocks - start,
        rest=start,
    )
    return measured, sum(len(record.outcome.files) for record in records)


def _spent(records: Sequence[BlockRecord], names: Sequence[str]) -> float:
    return sum(record.outcome.details.get(name, 0.0) for record in records for name in names)


def _rival(demo: DemoServices, since: date) -> float:
    started = time.monotonic()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.plain_playwright",
            demo.shop_url,
            since.isoformat(),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
