"""All of the table: ``python -m benchmarks`` (``make bench``), or the short one (``--quick``).

Each row is the ratio of something of ours to a named rival in the same run, as the median of
several rounds. ``--write`` puts the table into docs/benchmarks.md, with machine, versions and date.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import executors, invoices, loops
from benchmarks.row import Row, table
from skyvern_dagster.process.clock import utc_now

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def main() -> int:
    """Prints the table as it grows; exit status 1 when a run did not deliver what it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in about two minutes")
    parser.add_argument("--rounds", type=int, default=0, help="of each row; 3, or 1 with --quick")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    asked = parser.parse_args()
    rounds = asked.rounds or (1 if asked.quick else 3)
    rows: list[Row] = []
    for made in _rows(rounds, quick=asked.quick):
        rows += made
        sys.stdout.write("\n".join(list(table(made))[2 if rows[len(made) :] else 0 :]) + "\n")
        sys.stdout.flush()
    if asked.write:
        _PAGE.write_text("\n".join([*_head(rounds), *table(rows), ""]), encoding="utf-8")
    return 0


def _rows(rounds: int, *, quick: bool) -> Iterator[Sequence[Row]]:
    for count, latency in (
        ((10, 0), (20, 200)) if quick else ((10, 0), (10, 50), (40, 0), (40, 200))
    ):
        yield invoices.rows(count, latency, rounds)
    yield executors.rows(rounds)
    yield loops.rows(1 if quick else rounds, 200)
    if not quick:
        yield loops.rows(1, 2000)


def _head(rounds: int) -> Iterator[str]:
    yield "# How long a run takes"
    yield ""
    yield "Written by `make bench` (`python -m benchmarks --write`; `make bench-quick` takes two"
    yield "minutes). The workflow is that of invoices with everything that it records, as a user"
    yield "starts it (`skyvern-dagster run`, whose start is part of the seconds), beside two"
    yield "Playwright scripts that know the demo shop by heart and record nothing; the latency is"
    yield f"the shop's, for each request. Medians of {rounds} rounds, ours and the rival's in turn."
    yield "*Warm* is the next run after another one, from a process that has imported everything"
    yield "(running.md#starting-at-once)."
    yield ""
    versions = ", ".join(f"{name} {version(name)}" for name in ("dagster", "playwright"))
    yield f"{utc_now():%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()},"
    yield f"{versions}."
    yield ""


if __name__ == "__main__":
    sys.exit(main())
