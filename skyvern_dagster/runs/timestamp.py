"""Times in answers (docs/contract.md#timestamps)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import WithJsonSchema

Timestamp = Annotated[
    datetime,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$",
            "description": "ISO 8601 in UTC, without a zone.",
            "examples": ["2024-05-16T08:35:24.920793"],
        }
    ),
]
"""Naive UTC: JSON Schema's ``date-time`` would demand a zone."""
