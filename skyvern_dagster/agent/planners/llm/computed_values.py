"""Numbers of a record that follow from two others of it: the total of a line, what remains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_PERCENT = 100
"""Of a whole."""
_MOST_DECIMALS = 4
"""Of a share: what is rounded further is compared as it is rounded."""
_SAME = 1e-9
"""Two results of the same reckoning can only differ by rounding of the float."""

Number = int | float


def computed_places(data: Any, is_shown: Callable[[Number], bool], place: str) -> frozenset[str]:
    """Where some data holds numbers that follow from two others of their record.

    Args:
        data: What was read.
        is_shown: Whether the page shows a number: of two that it doesn't nothing follows.
        place: What the data itself is called.
    """
    return frozenset(_found(data, is_shown, place))


def _found(data: Any, is_shown: Callable[[Number], bool], place: str) -> Iterator[str]:
    match data:
        case dict():
            yield from _of_record(data, is_shown, place)
            for key, item in data.items():
                yield from _found(item, is_shown, f"{place}.{key}")
        case list():
            for index, item in enumerate(data):
                yield from _found(item, is_shown, f"{place}[{index}]")
        case _:
            return


def _of_record(
    record: dict[str, Any], is_shown: Callable[[Number], bool], place: str
) -> Iterator[str]:
    numbers = {
        key: value
        for key, value in record.items()
        if isinstance(value, Number) and not isinstance(value, bool)
    }
    shown = {key: value for key, value in numbers.items() if is_shown(value)}
    for key, value in numbers.items():
        others = [other for name, other in shown.items() if name != key]
        if any(_follows(value, one, two) for one in others for two in others):
            yield f"{place}.{key}"


def _follows(value: Number, one: Number, two: Number) -> bool:
    if one is two:
        return False
    results = [one + two, one - two, one * two]
    results += [one / two, _PERCENT * one / two] if two else []
    # A rate of per cent: what is added, and what comes of it.
    results += [one * two / _PERCENT, one * (1 + two / _PERCENT), one * (1 + two)]
    decimals = len(f"{value}".partition(".")[2]) if isinstance(value, float) else 0
    return any(
        abs(round(result, min(decimals, _MOST_DECIMALS)) - value) < _SAME for result in results
    )
