"""Cron schedules as definitions write them, checked without Dagster."""

from __future__ import annotations

import re

_NAMED = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day", 1, 31, []),
    ("month", 1, 12, ["", *_MONTHS]),
    ("weekday", 0, 7, _DAYS),
)


def cron_problem(schedule: str) -> str:
    """What is wrong with a cron schedule; empty where it is one that Dagster takes."""
    if schedule in _NAMED:
        return ""
    parts = schedule.split()
    if len(parts) != len(_FIELDS):
        return (
            f"{schedule!r} is no cron schedule: it needs five fields (minute, hour, day, month, "
            "weekday), for instance '0 6 1 * *', or a name such as @daily"
        )
    for part, (name, low, high, names) in zip(parts, _FIELDS, strict=True):
        if not all(_is_item(item, low, high, names) for item in part.split(",")):
            return f"{schedule!r} is no cron schedule: {part!r} is no {name} ({low}-{high})"
    return ""


def _is_item(item: str, low: int, high: int, names: list[str]) -> bool:
    match = re.fullmatch(r"(\*|\w+(?:-\w+)?)(?:/(\d+))?", item)
    if match is None or match.group(2) == "0":
        return False
    if match.group(1) == "*":
        return True
    ends = [_number(text, names) for text in match.group(1).split("-")]
    return all(end is not None and low <= end <= high for end in ends)


def _number(text: str, names: list[str]) -> int | None:
    if text.isdecimal():
        return int(text)
    return names.index(text.upper()) if text.upper() in names and text else None
