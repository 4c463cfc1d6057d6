"""``dagster.partitions``: how a workflow's asset is cut, and which parameters a partition gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from skyvern_dagster.workflow.cron import cron_problem

_KEY = re.compile(r"[^\x00-\x1f|.\[\],'\"/\\]+")


class TimePartitions(BaseModel):
    """One partition per hour, day, week, month, or per interval of a cron schedule.

    The first day and the last day of a partition become two parameters of the workflow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["hourly", "daily", "weekly", "monthly", "cron"]
    start: str = Field(description="First day (YYYY-MM-DD), or first hour (YYYY-MM-DD HH:MM).")
    end: str | None = Field(default=None, description="Day after the last; open when left out.")
    timezone: str = "UTC"
    cron: str | None = Field(default=None, description="For `type: cron`: where partitions begin.")
    end_offset: int = Field(
        default=0, description="1 adds the partition that is still running, for instance."
    )
    start_parameter: str | None = Field(
        default=None, description="Parameter that is given the partition's first day (or moment)."
    )
    end_parameter: str | None = Field(
        default=None, description="Parameter that is given the partition's end."
    )
    end_bound: Literal["inclusive", "exclusive"] = Field(
        default="inclusive",
        description="`inclusive`: the end is the last day; `exclusive`: the day after it.",
    )

    @field_validator("start", "end")
    @classmethod
    def _is_moment(cls, text: str | None) -> str | None:
        if text is not None:
            read_moment(text)
        return text

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        return known_timezone(name)

    @model_validator(mode="after")
    def _fits(self) -> TimePartitions:
        if (self.type == "cron") != (self.cron is not None):
            raise ValueError("'cron' goes with 'type: cron', and only with it")
        if self.cron is not None and (problem := cron_problem(self.cron)):
            raise ValueError(problem)
        if self.end is not None and read_moment(self.end) <= read_moment(self.start):
            raise ValueError("'end' must be after 'start'")
        return self

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that a partition gives."""
        return tuple(key for key in (self.start_parameter, self.end_parameter) if key)

    def given(self, start: datetime, end: datetime) -> dict[str, str]:
        """What a window (end exclusive) gives to the parameters."""
        last = end if self.end_bound == "exclusive" else _just_before(self.type, end)
        pairs = ((self.start_parameter, start), (self.end_parameter, last))
        return {key: self._text(moment) for key, moment in pairs if key}

    def _text(self, moment: datetime) -> str:
        if self.type in ("hourly", "cron"):
            return moment.replace(tzinfo=None).isoformat(timespec="seconds")
        return moment.date().isoformat()


class StaticPartitions(BaseModel):
    """One partition per key that is known beforehand: accounts, vendors, countries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["static"]
    keys: list[str] | dict[str, dict[str, Any]] = Field(
        min_length=1, description="The keys, or key -> parameters that it stands for."
    )
    parameter: str | None = Field(default=None, description="Parameter that is given the key.")

    @field_validator("keys")
    @classmethod
    def _are_keys(
        cls, keys: list[str] | dict[str, dict[str, Any]]
    ) -> list[str] | dict[str, dict[str, Any]]:
        for key in keys:
            check_partition_key(key)
        if len(set(keys)) < len(keys):
            raise ValueError("a key stands twice")
        return keys

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that every partition gives."""
        own = (self.parameter,) if self.parameter else ()
        if not isinstance(self.keys, Mapping):
            return own
        every = [set(values) for values in self.keys.values()]
        return (*own, *sorted(set.intersection(*every)))

    def given(self, key: str) -> dict[str, Any]:
        """What a partition gives to the parameters."""
        own = {self.parameter: key} if self.parameter else {}
        return {**(self.keys.get(key, {}) if isinstance(self.keys, Mapping) else {}), **own}


class DynamicPartitions(BaseModel):
    """Partitions that come into being while Dagster runs, for instance by a sensor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["dynamic"]
    name: str = Field(min_length=1, description="Name of the set of keys in the instance.")
    parameter: str = Field(description="Parameter that is given the key.")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameter that a partition gives."""
        return (self.parameter,)

    def given(self, key: str) -> dict[str, Any]:
        """What a partition gives to the parameters."""
        return {self.parameter: key}


OnePartitions = Annotated[
    TimePartitions | StaticPartitions | DynamicPartitions, Field(discriminator="type")
]


class MultiPartitions(BaseModel):
    """Two dimensions, for instance months and accounts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["multi"]
    dimensions: dict[str, OnePartitions] = Field(min_length=2, max_length=2)

    @model_validator(mode="after")
    def _fits(self) -> MultiPartitions:
        keys = list(self.parameters)
        if len(set(keys)) < len(keys):
            raise ValueError("both dimensions give the same parameter")
        if sum(isinstance(each, TimePartitions) for each in self.dimensions.values()) > 1:
            raise ValueError("at most one dimension can be time")
        return self

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that a partition gives."""
        return tuple(key for each in self.dimensions.values() for key in each.parameters)


Partitions = Annotated[
    TimePartitions | StaticPartitions | DynamicPartitions | MultiPartitions,
    Field(discriminator="type"),
]

PARTITION_TYPES = ("hourly", "daily", "weekly", "monthly", "cron", "static", "dynamic", "multi")
"""What ``type`` can be."""


def partition_parameters(partitions: Partitions) -> Iterator[tuple[str, str]]:
    """``(parameter, field that names it)`` of everything that partitions give."""
    if isinstance(partitions, MultiPartitions):
        for name, each in partitions.dimensions.items():
            for parameter, field in partition_parameters(each):
                yield parameter, f"dimensions.{name}.{field}"
        return
    for field in ("start_parameter", "end_parameter", "parameter"):
        named: str | None = getattr(partitions, field, None)
        if named:
            yield named, field
    if isinstance(partitions, StaticPartitions) and isinstance(partitions.keys, dict):
        for key, values in partitions.keys.items():
            for parameter in values:
                yield parameter, f"keys.{key}.{parameter}"


def read_moment(text: str) -> datetime:
    """A day, or a day and a time, as a definition writes it (in the partitions' time zone).

    Raises:
        ValueError: It is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"must be YYYY-MM-DD or 'YYYY-MM-DD HH:MM', not {text!r}") from error
    if moment.tzinfo is not None:
        raise ValueError(f"must have no offset, 'timezone' says it: {text!r}")
    return moment


def known_timezone(name: str) -> str:
    """The name of a time zone, if there is one.

    Raises:
        ValueError: There is none of that name.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}: write one like Europe/Berlin") from error
    return name


def check_partition_key(key: str) -> None:
    """Partition keys are parts of run tags, file names and S3 keys.

    Raises:
        ValueError: The key has a character that one of them can't have.
    """
    if not _KEY.fullmatch(key) or key != key.strip():
        raise ValueError(f"{key!r} can't be a partition key: no . | / [ ] , quotes or line breaks")


def _just_before(kind: str, end: datetime) -> datetime:
    return end - (timedelta(seconds=1) if kind in ("hourly", "cron") else timedelta(days=1))
