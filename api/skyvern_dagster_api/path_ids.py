"""Ids in paths: any text is looked up, and the document says what they look like."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

PathId = Annotated[
    str,
    Path(
        max_length=2000,
        json_schema_extra={"pattern": "^[A-Za-z]+_[A-Za-z0-9_-]+$"},
        examples=["wr_599884124501972992"],
    ),
]
"""What isn't one of ours is not found (404), as everything that isn't there."""
