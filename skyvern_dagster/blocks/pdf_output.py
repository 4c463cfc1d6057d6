"""What blocks give that make PDFs of another one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class PdfOutput(BaseModel):
    """The files that came of it."""

    files: list[str] = Field(default_factory=list, description="Names, as downloads of the run.")
    details: list[dict[str, Any]] = Field(
        default_factory=list, description="What is in each: its pages, or its fields."
    )
