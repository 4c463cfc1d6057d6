"""What all block types share in a definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

DOWNLOAD_DIRECTORY = "SKYVERN_DOWNLOAD_DIRECTORY"
"""Stands for all files that the run has downloaded so far (contract 3a)."""


@dataclass(frozen=True)
class RetryRule:
    """How often a failed block is tried again, and after how many seconds (doubled each time)."""

    max_retries: int = 0
    delay_seconds: float = 0.0

    def delay(self, attempt: int) -> float:
        """Seconds to wait before retry number ``attempt`` (from 1)."""
        return float(self.delay_seconds * 2 ** (attempt - 1))


class BlockFields(BaseModel):
    """Fields of every block.

    A text field that takes a parameter may hold the parameter's key as plain text, or a Jinja
    template; ``template_fields`` lists those fields for the checks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_fields: ClassVar[tuple[str, ...]] = ()
    """Fields whose plain text may be a parameter key."""

    template_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that may hold Jinja but whose plain text is just text."""

    inert_fields: ClassVar[frozenset[str]] = frozenset(
        {"next_block_label", "next_loop_on_failure", "model", "ignore_workflow_system_prompt"}
    )
    """Fields of Skyvern's current format that are accepted and have no effect here (a warning)."""

    uses_browser: ClassVar[bool] = False

    label: str = Field(description="Unique name of the block; its op is named after it.")
    continue_on_failure: bool = Field(
        default=False, description="Whether the run goes on when this block fails or terminates."
    )

    @property
    def retry_rule(self) -> RetryRule:
        """When a failed attempt is repeated."""
        return RetryRule()

    def texts(self) -> Iterator[tuple[str, str, bool]]:
        """The texts that may refer to names: field, text, whether plain text may be a key."""
        for names, may_be_key in ((self.key_fields, True), (self.template_fields, False)):
            for name in names:
                for text in _strings(getattr(self, name)):
                    yield name, text, may_be_key

    def keys_used(self) -> tuple[str, ...]:
        """Parameter keys that the block names outside of texts."""
        return tuple(getattr(self, "parameter_keys", None) or ())


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | tuple():
            for item in value:
                yield from _strings(item)
        case dict():
            for item in value.values():
                yield from _strings(item)
        case _:
            return
