"""Times as the project keeps and answers them: naive, in UTC (docs/contract.md#timestamps)."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment in the project's form: UTC without a zone."""
    return naive(datetime.now(UTC))


def naive(moment: datetime) -> datetime:
    """A moment with a zone, without it, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def from_seconds(seconds: float) -> datetime:
    """Seconds since 1970, as Dagster's records and cron ticks have them."""
    return naive(datetime.fromtimestamp(seconds, UTC))


def from_seconds_if_known(seconds: float | None) -> datetime | None:
    """The same of what may not have happened yet."""
    return None if seconds is None else from_seconds(seconds)
