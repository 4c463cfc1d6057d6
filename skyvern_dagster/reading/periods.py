"""The days that the label of a filter's option stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.reading.concepts import CLEARLY, concept, word_list
from skyvern_dagster.reading.date_readers import earlier
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.words import fold

_LONGEST = 45
"""Characters of a period's name with what it counts ("Orders placed in the last 12 months (42)").
Arbitrary above that; longer texts are sentences."""


@dataclass(frozen=True)
class Period:
    """The days that an option shows."""

    start: date
    end: date

    def covers(self, window: DateWindow, today: date) -> bool:
        """Whether all wanted days are among them."""
        return self.start <= (window.start or date.min) and self.end >= min(
            window.end or today, today
        )

    def meets(self, window: DateWindow, today: date) -> bool:
        """Whether any wanted day is among them."""
        return self.end >= (window.start or date.min) and self.start <= (window.end or today)


def without_caret(label: str) -> str:
    """A label without the sign that it opens a menu, folded."""
    return fold(label).strip("▾▼⌄▿▸ ")


def is_everything(label: str) -> bool:
    """Whether an option stands for all there is."""
    return concept("paging.everything").score(label) >= CLEARLY


def period_of(label: str, today: date) -> Period | None:
    """The days that a label such as ``last 3 months`` or ``2023`` stands for."""
    plain = fold(re.sub(r"\(\d+\)", "", label)).strip("▾▼⌄▿▸ ")
    units = {word: unit for unit, words in word_list("calendar")["units"].items() for word in words}
    names = "|".join(sorted(units, key=len, reverse=True))
    if len(plain) > _LONGEST:
        return None
    if match := re.search(rf"\b(\d+)\s+(?:\w+\s+)?({names})\b", plain):
        return Period(earlier(today, int(match.group(1)), units[match.group(2)]), today)
    if match := re.fullmatch(r"\D{0,25}\b((?:19|20)\d{2})\b\D{0,10}", plain):
        year = int(match.group(1))
        return Period(date(year, 1, 1), date(year, 12, 31))
    if concept("paging.relative").mentioned(plain) and (
        match := re.search(rf"\b({names})\b", plain)
    ):
        return Period(earlier(today, 1, units[match.group(1)]), today)
    return None
