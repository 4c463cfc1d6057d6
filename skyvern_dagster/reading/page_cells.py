"""A whole page as named cells and repeated records: what can be read again by its place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.cells import Cell, Redact, cells_below
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import RecordSet
from skyvern_dagster.reading.records import regular_sets


@dataclass(frozen=True, eq=False)
class PageCells:
    """All that stands on a page in a place that has a name.

    Attributes:
        view: The page; secrets that it shows are masked in every cell.
        sets: Tables and lists whose records are alike enough to be read by their places.
    """

    view: PageView
    sets: tuple[RecordSet, ...]

    @classmethod
    def of(cls, observation: Observation, today: date, redact: Redact) -> PageCells:
        """Reads a page's structure."""
        view = PageView(observation, redact=redact)
        return cls(view, tuple(regular_sets(view, today)))

    def cells(self, without: Collection[RecordSet] = ()) -> tuple[Cell, ...]:
        """The cells of the page outside these tables and lists."""
        skipped = {id(each.container) for each in without}
        return tuple(cells_below(self.view.root, self.view.redact, skipped))
