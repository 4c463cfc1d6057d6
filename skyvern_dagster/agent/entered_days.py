"""Days that were entered: in three fields, or as a field says that it wants them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.reading.date_format import day_as_written
from skyvern_dagster.reading.split_days import split_day


def split_days(entered: Sequence[MeantValue]) -> Iterator[MeantValue]:
    """The days whose parts were put into three fields in a row."""
    taken: list[MeantValue] = []
    for trio in zip(entered, entered[1:], entered[2:], strict=False):
        labels = [one.label for one in trio]
        day = split_day(labels, [one.texts for one in trio])
        if day and not any(one in taken for one in trio):
            taken += trio
            yield MeantValue(" ".join(labels), "", trio[0].form, (str(day),))


def day_as_hinted(one: MeantValue) -> date | None:
    """The day of a field whose hint or label tells how it is written."""
    return day_as_written(one.texts[0], one.hint) or day_as_written(one.texts[0], one.label)
