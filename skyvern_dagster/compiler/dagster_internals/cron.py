"""Cron expressions, read as Dagster's schedules read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def next_ticks(cron: str, timezone: str, count: int, start: float) -> list[float]:
    """When a cron expression comes due next.

    Args:
        start: Seconds since 1970.

    Returns:
        Seconds since 1970.
    """
    from dagster._utils.schedules import cron_string_iterator

    ticks = cron_string_iterator(start, cron, timezone)
    times = [next(ticks).timestamp() for _ in range(count + 1)]
    return [each for each in times if each > start][:count]


def is_cron(cron: str) -> bool:
    """Whether Dagster takes this for a cron expression."""
    from dagster._utils.schedules import is_valid_cron_schedule

    return is_valid_cron_schedule(cron)
