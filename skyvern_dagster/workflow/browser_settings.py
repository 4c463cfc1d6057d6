"""``browser_settings``: how the browsers of a workflow's runs are set up."""

from __future__ import annotations

from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator


class BrowserSettings(BaseModel):
    """What pages are told about the browser's machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone_id: str | None = Field(
        default=None,
        description="The time zone that pages see, by its IANA name: America/New_York. The "
        "machine's own where none is given.",
    )

    @field_validator("timezone_id")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError(f"must be an IANA time zone, such as America/New_York, not {name!r}")
        return name
