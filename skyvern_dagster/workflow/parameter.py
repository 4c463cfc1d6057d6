"""What every parameter of a definition has."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator


class BaseParameter(BaseModel):
    """The fields of every kind of parameter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inert_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields of Skyvern's current format that are accepted and have no effect here (a warning)."""

    key: str = Field(description="An identifier.")
    description: str | None = None

    @field_validator("key")
    @classmethod
    def _is_identifier(cls, key: str) -> str:
        if not key.isidentifier():
            raise ValueError(f"must be letters, digits and _, beginning with no digit: {key!r}")
        return key
