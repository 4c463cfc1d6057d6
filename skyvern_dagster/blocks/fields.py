"""What all block types share in a definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, assert_never

from pydantic import BaseModel, ConfigDict, Field

DOWNLOAD_DIRECTORY = "SKYVERN_DOWNLOAD_DIRECTORY"
"""Stands for all files that the run has downloaded so far (docs/contract.md#upload-to-s3)."""


@dataclass(frozen=True)
class RetryRule:
    """How often a failed block is tried again, and after how many seconds."""

    max_retries: int = 0
    delay_seconds: float = 0.0
    backoff: Literal["constant", "linear", "exponential"] = "exponential"

    def delay(self, attempt: int) -> float:
        """Seconds to wait before retry number ``attempt`` (from 1)."""
        match self.backoff:
            case "constant":
                return float(self.delay_seconds)
            case "linear":
                return float(self.delay_seconds * attempt)
            case "exponential":
                return float(self.delay_seconds * 2 ** (attempt - 1))
            case _:
                assert_never(self.backoff)


class BlockText(NamedTuple):
    """A text of a block that may refer to names.

    Attributes:
        path: Field, and the way to the text in it.
        may_be_key: Whether plain text may be a parameter key.
    """

    path: tuple[str | int, ...]
    text: str
    may_be_key: bool


class BlockFields(BaseModel):
    """Fields of every block.

    A text field that takes a parameter may hold the parameter's key as plain text, or a Jinja
    template; the class variables list those fields for the checks and the plan.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_fields: ClassVar[tuple[str, ...]] = ()
    """Fields whose plain text may be a parameter key."""

    template_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that may hold Jinja but whose plain text is just text."""

    parameter_fields: ClassVar[tuple[str, ...]] = ("parameter_keys",)
    """Fields that hold parameter keys and nothing else."""

    inert_fields: ClassVar[frozenset[str]] = frozenset(
        {"next_block_label", "next_loop_on_failure", "model", "ignore_workflow_system_prompt"}
    )
    """Fields of Skyvern's current format that are accepted and have no effect here (a warning)."""

    uses_browser: ClassVar[bool] = False

    takes_downloads: ClassVar[bool] = False
    """Whether it does something with the run's downloads: with other ones it is done again."""

    label: str = Field(description="Unique name of the block; its op is named after it.")
    continue_on_failure: bool = Field(
        default=False, description="Whether the run goes on when this block fails or terminates."
    )

    @property
    def retry_rule(self) -> RetryRule:
        """When a failed attempt is repeated."""
        return RetryRule()

    @classmethod
    def texts_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockText]:
        """The texts that may refer to names, in fields as a definition gives them."""
        for names, may_be_key in ((cls.key_fields, True), (cls.template_fields, False)):
            for name in names:
                for path, text in _strings(fields.get(name), (name,)):
                    yield BlockText(path, text, may_be_key)

    @classmethod
    def keys_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockText]:
        """The parameter keys that a block names outside of texts."""
        for name in cls.parameter_fields:
            for path, key in _strings(fields.get(name), (name,)):
                if key:
                    yield BlockText(path, key, may_be_key=True)

    def texts(self) -> Iterator[BlockText]:
        """The texts that may refer to names."""
        return self.texts_in(self.__dict__)

    def keys_used(self) -> tuple[str, ...]:
        """Parameter keys that the block names outside of texts."""
        return tuple(key.text for key in self.keys_in(self.__dict__))


def _strings(
    value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case str():
            yield path, value
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _strings(item, (*path, index))
        case dict():
            for key, item in value.items():
                yield from _strings(item, (*path, key))
        case _:
            return
