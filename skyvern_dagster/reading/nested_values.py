"""The plain values in nested data, each with the names that lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def flat_items(payload: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value of a payload with its path (``current_value.order_id``)."""
    if isinstance(payload, Mapping):
        for name, value in payload.items():
            yield from flat_items(value, f"{path}.{name}" if path else str(name))
    elif isinstance(payload, list | tuple):
        for index, value in enumerate(payload):
            yield from flat_items(value, f"{path}.{index}")
    else:
        yield path, payload
