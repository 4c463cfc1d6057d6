"""The table of a campaign, and its place in docs/reliability.md."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.faults.campaign import Finding
from benchmarks.faults.kinds import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- faults: begin -->", "<!-- faults: end -->"
_HEAD = """\
| in the middle of a run | runs | struck | completed by itself | failed, then resumed | \
invoices | lost | uploaded twice | mailed twice | wrong status | seconds until all is there |
|---|---|---|---|---|---|---|---|---|---|---|"""


def table(findings: Sequence[Finding]) -> str:
    """One row a kind of fault, and their sum."""
    rows = [_row(kind, [each for each in findings if each.fault == kind]) for kind in KINDS]
    rows.append(_row("**all**", findings))
    return "\n".join([_HEAD, *filter(None, rows)])


def write(findings: Sequence[Finding], how: str, *, added: bool = False) -> None:
    """Puts the table into the page, with the machine, the date and the command.

    Args:
        added: Below those that stand there, for a campaign that is run in parts.
    """
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    earlier, after = rest.split(_END)
    said = (
        f"`{how}`, {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}:"
    )
    kept = f"{earlier.strip()}\n\n" if added else ""
    body = f"{_BEGIN}\n{kept}{said}\n\n{table(findings)}\n{_END}"
    PAGE.write_text(f"{before}{body}{after}", encoding="utf-8")


def _row(name: str, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    alone = sum(each.statuses == ["completed"] for each in findings)
    resumed = sum(len(each.statuses) > 1 and each.statuses[-1] == "completed" for each in findings)
    seconds = [each.seconds for each in findings]
    cells: list[object] = [
        name,
        len(findings),
        sum(each.struck for each in findings),
        alone,
        resumed,
        sum(each.invoices for each in findings),
        sum(each.lost for each in findings),
        sum(each.uploaded_twice for each in findings),
        sum(each.mailed_twice for each in findings),
        sum(bool(each.wrong) for each in findings),
        f"{statistics.median(seconds):.0f} (at most {max(seconds):.0f})",
    ]
    return f"| {' | '.join(map(str, cells))} |"
