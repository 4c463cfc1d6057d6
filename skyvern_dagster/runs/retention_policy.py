"""How long what runs leave behind is kept: the retention policy, as its file says it."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.process.home import home_folder
from skyvern_dagster.runs.status import RunStatus

KeptKind = Literal["recordings", "traces", "screenshots", "downloads", "records"]
"""What is kept for different times, in the order in which it goes where there is no room."""

KINDS: tuple[KeptKind, ...] = get_args(KeptKind)
POLICY_VARIABLE = "SKYVERN_RETENTION"
POLICY_FILE = "retention.yaml"

_UNITS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30.44, "y": 365.25}
_SIZES = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}


def _time(value: Any) -> Any:
    """``30d``, ``12h``, ``2w``, ``6m``, ``1y``; ``forever`` for no end."""
    if value in (None, "forever") or isinstance(value, timedelta):
        return None if value == "forever" else value
    match = re.fullmatch(r"\s*(\d{1,6})\s*([hdwmy])\s*", str(value).lower())
    if match is None:
        raise ValueError(f"must be a time like 12h, 30d, 2w, 6m, 1y, or forever, not {value!r}")
    return timedelta(days=int(match[1]) * _UNITS[match[2]])


def _size(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d+)?)\s*([kmgt]?b?)\s*", str(value).lower())
    if match is None:
        raise ValueError(f"must be a size like 500MB or 50GB, not {value!r}")
    unit = match[2] if match[2] in ("", "b") else match[2].rstrip("b") + "b"
    return int(float(match[1]) * _SIZES[unit.removeprefix("b") if unit == "b" else unit])


Time = Annotated[timedelta | None, BeforeValidator(_time)]


class _Times(BaseModel):
    """A time for each kind; what is left out is as elsewhere, ``forever`` is written out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recordings: Time = None
    traces: Time = None
    screenshots: Time = None
    downloads: Time = None
    records: Time = None


class Times(_Times):
    """Times, and others for runs that ended in a certain way."""

    outcomes: dict[RunStatus, _Times] = {}

    def find(self, kind: KeptKind, status: str) -> tuple[bool, timedelta | None]:
        """Whether a time is set, and which."""
        for each in (self.outcomes.get(status), self):  # type: ignore[call-overload]
            if each is not None and kind in each.model_fields_set:
                return True, getattr(each, kind)
        return False, None


class RetentionPolicy(BaseModel):
    """What ``retention.yaml`` says.

    Attributes:
        keep: For all workflows.
        workflows: By a workflow's name or permanent id; what it leaves out is as in ``keep``.
        at_most: Bytes of all runs together; beyond them, the oldest go first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # A month is longer than anybody looks for why a run has failed. What a run was for (its files
    # and records) stays until somebody says otherwise.
    keep: Times = Times(recordings=timedelta(days=30), traces=timedelta(days=30))
    workflows: dict[str, Times] = Field(default_factory=dict)
    at_most: Annotated[int | None, BeforeValidator(_size)] = None

    def time(
        self, kind: KeptKind, workflow_names: tuple[str, ...], status: str
    ) -> timedelta | None:
        """For how long this is kept after a run's end; ``None`` for ever."""
        named = [self.workflows[name] for name in workflow_names if name in self.workflows]
        for times in (*named, self.keep):
            is_set, time = times.find(kind, status)
            if is_set:
                return time
        return None


def read_policy(path: Path | None = None) -> RetentionPolicy:
    """The policy of a file: the one that is named, ``$SKYVERN_RETENTION``, or the home folder's.

    Raises:
        ParameterError: It can't be read, or says something that can't be.
    """
    named = path or (Path(os.environ[POLICY_VARIABLE]) if os.environ.get(POLICY_VARIABLE) else None)
    file = named or home_folder() / POLICY_FILE
    if named is None and not file.exists():
        return RetentionPolicy()
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
        return RetentionPolicy.model_validate(given or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"the retention policy {file} can't be read: {error}") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors()
        )
        raise ParameterError(f"the retention policy {file} is wrong: {problems}") from error
