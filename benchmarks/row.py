"""A row of the table: how something of ours compares with a named rival in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        what: What is done.
        rival: What it is compared with.
        ours: What each round of ours took.
        theirs: What each round of the rival's took.
        unit: ``s`` or ``ms``.
        goal: What the ratio should be at most.
        why: Where the time goes, in a sentence, for a row that misses its goal.
    """

    what: str
    rival: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    goal: float
    unit: str = "s"
    why: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """Of each round."""
        return tuple(mine / other for mine, other in zip(self.ours, self.theirs, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the rounds'."""
        return statistics.median(self.ratios)

    @property
    def is_reached(self) -> bool:
        """Whether it is as good as it should be."""
        return self.ratio <= self.goal


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as a Markdown table, and where time goes in those that miss their goal."""
    yield "| | ours | rival | its time | ratio | from - to | goal |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        mine, other = statistics.median(row.ours), statistics.median(row.theirs)
        spread = f"{min(row.ratios):.2f} - {max(row.ratios):.2f}"
        mark = "" if row.is_reached else " (missed)"
        yield (
            f"| {row.what} | {_time(mine, row.unit)} | {row.rival} | {_time(other, row.unit)} | "
            f"**{row.ratio:.2f}** | {spread} | {row.goal:g}{mark} |"
        )
    missed = [row for row in rows if not row.is_reached and row.why]
    if missed:
        yield ""
        yield "Where the time goes in the rows that miss their goal (the rival's in brackets):"
        yield ""
    for row in missed:
        yield f"* {row.what}, beside {row.rival}: {row.why}"


def _time(seconds: float, unit: str) -> str:
    return f"{seconds * 1000:.0f} ms" if unit == "ms" else f"{seconds:.1f} s"
