"""``retry_policy``: when a run that has ended is tried again as a whole."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

RetriedStatus = Literal["completed", "failed", "terminated", "canceled", "timed_out"]


class RetryOn(BaseModel):
    """An ending after which a run is tried again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: RetriedStatus = Field(
        description="How the run has ended; a `canceled` one is never tried again."
    )
    error_codes: list[str] | None = Field(
        default=None, description="Only with one of these error codes; with any, when left out."
    )

    def fits(self, status: str, error_codes: Collection[str]) -> bool:
        """Whether a run that has ended so is tried again."""
        if status != self.status or status == "canceled":
            return False
        return not self.error_codes or not set(self.error_codes).isdisjoint(error_codes)


class RunRetryPolicy(BaseModel):
    """How often, how soon and after which endings a run is tried again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # The limits are Skyvern's (docs/contract.md#retries-of-a-run).
    max_retries: int = Field(default=1, ge=1, le=5, description="Attempts after the first one.")
    delay_seconds: int = Field(
        default=0, ge=0, le=3600, description="Seconds until the next attempt."
    )
    webhook_on_retry: Literal["final_only", "every_attempt"] = Field(
        default="final_only",
        description="Whether the webhook tells of each attempt's end, or of the last one's only.",
    )
    retry_on: list[RetryOn] = Field(
        min_length=1, description="The endings after which there is another attempt."
    )

    @field_validator("retry_on")
    @classmethod
    def _each_once(cls, rules: list[RetryOn]) -> list[RetryOn]:
        statuses = [rule.status for rule in rules]
        if len(statuses) != len(set(statuses)):
            raise ValueError("must name each status once")
        return rules

    def asks_for_retry(self, status: str, error_codes: Collection[str], attempts: int) -> bool:
        """Whether there is another attempt.

        Args:
            status: How the run has ended.
            error_codes: Which the agent has reported.
            attempts: How many there were so far.
        """
        if attempts > self.max_retries:
            return False
        return any(rule.fits(status, error_codes) for rule in self.retry_on)
