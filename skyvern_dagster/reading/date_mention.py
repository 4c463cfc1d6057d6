"""A date in a text, and what it may mean."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import Enum

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
"""What is outside is a number: no business has older papers, nor due dates as late. Contracts
without an end do say 2099 or 9999; the latter isn't a day of anything."""
_MONTHS = 12
"""Of a year."""


class DayOrder(Enum):
    """Which comes first in a numeric date."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DateMention:
    """A date in a text.

    Attributes:
        start: Position of its first character.
        end: Position after its last one.
        day_first: What it means when the day comes first, if that is possible.
        month_first: What it means when the month comes first, if that is possible.
        yearless: Whether the text left the year out (the latest such day was assumed).
        numeric: Whether it is written in numbers only, year last.
        vague: Whether it is only told to the month or year: ``2 months ago``.
    """

    start: int
    end: int
    day_first: date | None
    month_first: date | None
    yearless: bool = False
    numeric: bool = False
    vague: bool = False

    @property
    def days(self) -> frozenset[date]:
        """All days that it may mean."""
        return frozenset(day for day in (self.day_first, self.month_first) if day)

    @property
    def ambiguous(self) -> bool:
        """Whether the two readings differ and both are possible."""
        both = self.day_first is not None and self.month_first is not None
        return both and self.day_first != self.month_first

    def in_year(self, year: int) -> DateMention:
        """The same day in another year, for a date that was written without one."""
        day = self.day_first
        moved = valid_day(year, day.month, day.day) if day else None
        return DateMention(self.start, self.end, moved, moved) if moved else self

    def read(self, order: DayOrder) -> date | None:
        """The date, under this order where the order matters; none where it isn't known then."""
        if order is DayOrder.UNKNOWN and self.ambiguous:
            return None
        first, second = self.day_first, self.month_first
        if order is DayOrder.MONTH_FIRST:
            first, second = second, first
        return first or second


def valid_day(year: int, month: int, day: int) -> date | None:
    """The day of these numbers, or ``None`` where the calendar has none."""
    if not (
        _FIRST_YEAR <= year <= _LAST_YEAR
        and 1 <= month <= _MONTHS
        and 1 <= day <= monthrange(year, month)[1]
    ):
        return None
    return date(year, month, day)
