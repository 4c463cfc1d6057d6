"""Partitions: from the definition's section to Dagster's, and from a run's back to parameters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import dagster as dg

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.partition_settings import (
    DynamicPartitions,
    MultiPartitions,
    Partitions,
    StaticPartitions,
    TimePartitions,
    read_moment,
)


@dataclass(frozen=True)
class Window:
    """What a run of one or several partitions is about.

    Attributes:
        keys: The partitions, in order.
        parameters: Values for the workflow's parameters.
        spans: Time partition -> its first day and the day after its last.
    """

    keys: tuple[str, ...]
    parameters: dict[str, Any]
    spans: dict[str, tuple[str, str]]


def partitions_definition(partitions: Partitions) -> dg.PartitionsDefinition[Any]:
    """Dagster's partitions for a section's."""
    match partitions:
        case TimePartitions():
            return _time_definition(partitions)
        case StaticPartitions():
            return dg.StaticPartitionsDefinition(list(partitions.keys))
        case DynamicPartitions():
            return dg.DynamicPartitionsDefinition(name=partitions.name)
        case MultiPartitions():
            return dg.MultiPartitionsDefinition(
                {name: partitions_definition(each) for name, each in partitions.dimensions.items()}
            )
        case _:
            assert_never(partitions)


def window_of(context: dg.OpExecutionContext, partitions: Partitions) -> Window:
    """The partitions of a run, and what they give.

    Raises:
        ParameterError: The run has no partition, or a range of what has no ranges.
    """
    if not context.has_partition_key and not context.has_partition_key_range:
        raise ParameterError("the asset is partitioned: choose a partition to materialize")
    if context.has_partition_key:
        return _one(context.partition_key, partitions)
    between = context.partition_key_range
    if not isinstance(partitions, TimePartitions):
        raise ParameterError("only time partitions can be made several in one run")
    definition = _time_definition(partitions)
    keys = list(definition.get_partition_keys_in_range(between))
    spans = dict(_spans(definition, partitions, keys))
    first = definition.time_window_for_partition_key(keys[0])
    last = definition.time_window_for_partition_key(keys[-1])
    return Window(tuple(keys), partitions.given(first.start, last.end), spans)


def delivery_name(asset: Sequence[str], keys: Sequence[str]) -> str:
    """What uploads and e-mails of partitions belong to; safe in paths and S3 keys.

    Example:
        >>> delivery_name(["vendors", "invoices"], ["2024-04-01"])
        'vendors/invoices/2024-04-01'
    """
    name = keys[0] if len(keys) == 1 else f"{keys[0]}...{keys[-1]}"
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip(".") or "_"
    if safe != name:
        safe += f"-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return "/".join([*asset, safe])


def _one(key: str, partitions: Partitions) -> Window:
    match partitions:
        case TimePartitions():
            definition = _time_definition(partitions)
            window = definition.time_window_for_partition_key(key)
            spans = dict(_spans(definition, partitions, [key]))
            return Window((key,), partitions.given(window.start, window.end), spans)
        case StaticPartitions() | DynamicPartitions():
            return Window((key,), partitions.given(key), {key: ("", "")})
        case MultiPartitions():
            return _crossed(key, partitions)
        case _:
            assert_never(partitions)


def _crossed(key: str, partitions: MultiPartitions) -> Window:
    """A key of two dimensions: ``acme|2024-04-01``, dimensions in alphabetical order."""
    parts = key.split("|")
    parameters: dict[str, Any] = {}
    for name, part in zip(sorted(partitions.dimensions), parts, strict=True):
        parameters |= _one(part, partitions.dimensions[name]).parameters
    return Window((key,), parameters, {key: ("", "")})


def _spans(
    definition: dg.TimeWindowPartitionsDefinition, partitions: TimePartitions, keys: Sequence[str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    for key in keys:
        window = definition.time_window_for_partition_key(key)
        if partitions.type in ("hourly", "cron"):
            start, end = (each.replace(tzinfo=None).isoformat() for each in window)
        else:
            start, end = (each.date().isoformat() for each in window)
        yield key, (start, end)


def _time_definition(partitions: TimePartitions) -> dg.TimeWindowPartitionsDefinition:
    start = read_moment(partitions.start)
    end = read_moment(partitions.end) if partitions.end else None
    zone = partitions.timezone
    offset = partitions.end_offset
    match partitions.type:
        case "hourly":
            return dg.HourlyPartitionsDefinition(start, end, timezone=zone, end_offset=offset)
        case "daily":
            return dg.DailyPartitionsDefinition(
                start, end_date=end, timezone=zone, end_offset=offset
            )
        case "weekly":
            return dg.WeeklyPartitionsDefinition(
                start, end_date=end, timezone=zone, end_offset=offset
            )
        case "monthly":
            return dg.MonthlyPartitionsDefinition(
                start, end_date=end, timezone=zone, end_offset=offset
            )
        case "cron":
            return dg.TimeWindowPartitionsDefinition(
                start=start, end=end, timezone=zone, end_offset=offset,
                cron_schedule=str(partitions.cron), fmt="%Y-%m-%d-%H:%M",
            )  # fmt: skip
        case _:
            assert_never(partitions.type)
