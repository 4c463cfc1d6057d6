"""``python -m benchmarks.faults``: see the package."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import benchmarks.faults as package
from benchmarks.faults.campaign import Campaign, Finding, shuffled
from benchmarks.faults.kinds import KINDS
from benchmarks.faults.report import table, write
from benchmarks.faults.served import Served
from skyvern_dagster.demo.services import demo_services

_DISK = "2g"
"""Arbitrary: what sixty runs leave behind, several times."""


def main() -> int:
    """Runs the campaign and prints its table.

    Returns:
        0 if nothing was lost, doubled or told wrongly.
    """
    parser = argparse.ArgumentParser(description=package.__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--orders", type=int, default=3, help="that each run looks after")
    parser.add_argument("--kinds", nargs="+", choices=sorted(KINDS), default=list(KINDS))
    parser.add_argument("--minutes", type=float, default=600, help="after which no run begins")
    parser.add_argument("--write", action="store_true", help="the table into docs/reliability.md")
    parser.add_argument("--add", action="store_true", help="the table below those in that page")
    chosen = parser.parse_args()
    with small_disk() as (folder, is_small):
        kinds = [each for each in chosen.kinds if is_small or not each.startswith("disk")]
        if kinds != chosen.kinds:
            print("no disk of its own (that needs root): nothing is filled", file=sys.stderr)
        faults = shuffled(chosen.runs, random.Random(chosen.seed), kinds)
        findings = campaign(folder, faults, chosen.seed, chosen.orders, chosen.minutes * 60)
    print(table(findings))
    how = f"python -m benchmarks.faults --runs {chosen.runs} --seed {chosen.seed}"
    if len(findings) < chosen.runs:
        how += f" (the first {len(findings)} of them)"
    if chosen.kinds != list(KINDS):
        how += f" --kinds {' '.join(map(repr, chosen.kinds))}"
    if chosen.write or chosen.add:
        write(findings, how, added=chosen.add)
    return 0 if all(each.is_right for each in findings) else 1


def campaign(
    folder: Path, faults: Sequence[str], seed: int, orders: int, seconds: float
) -> list[Finding]:
    """Carries it out, telling of each run on standard error.

    Args:
        seconds: After which no run begins.
    """
    until = time.monotonic() + seconds
    chosen = random.Random(seed)
    with demo_services() as demo:
        versions = {"Status": "Enabled"}
        demo.s3.client().put_bucket_versioning(
            Bucket=demo.bucket,
            VersioningConfiguration=versions,  # type: ignore[arg-type]
        )
        environment = _environment(folder, demo.environment())
        served = Served.start(folder / "home", environment)
        try:
            going = Campaign(served, demo, orders, chosen)
            _tell(0, going.measure())
            findings = []
            for number, fault in enumerate(faults, 1):
                if time.monotonic() > until:
                    break
                findings.append(going.run(fault))
                _tell(number, findings[-1])
            return findings
        finally:
            served.stop()


def _environment(folder: Path, of_demo: dict[str, str]) -> dict[str, str]:
    settings = {
        **of_demo,
        "DAGSTER_HOME": str(folder / "home"),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SKYVERN_API_ALLOW_PRIVATE_URLS": "true",
        "SKYVERN_API_RATE_LIMIT": "",
        "SKYVERN_VIDEO": "0",
    }
    os.environ.update(settings)
    return dict(os.environ)


def _tell(number: int, finding: Finding) -> None:
    wrong = "" if finding.is_right else f"  WRONG {finding}"
    print(
        f"{number:3} {finding.fault:17} {'struck' if finding.struck else '-':7}"
        f"{', '.join(finding.statuses)}  {finding.seconds:.0f} s{wrong}",
        file=sys.stderr,
        flush=True,
    )


@contextmanager
def small_disk() -> Iterator[tuple[Path, bool]]:
    """A folder, on a small disk of its own where one may be mounted, and whether it is."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", name]
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        try:
            yield Path(name), mounted
        finally:
            if mounted:
                subprocess.run(["umount", "-l", name], check=False)


if __name__ == "__main__":
    sys.exit(main())
