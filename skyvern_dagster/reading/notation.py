"""How a value is written on a page: learnt once, so that other values are read the same way.

The models are part of recordings' files; their fields keep their names.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PageSnapshot = Literal["number", "date", "code", "words"]
"""What a text looks like: ``code`` has digits and no blank, ``words`` is anything else."""


class _Notation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextNotation(_Notation):
    """The text between two fixed ones; it must look like those that were seen."""

    form: Literal["text"] = "text"
    before: str = ""
    after: str = ""
    looks: tuple[PageSnapshot, ...] = ()


class UrlNotation(_Notation):
    """The target of the link: its whole address, or its path and query."""

    form: Literal["url", "path"]


class NumberNotation(_Notation):
    """A number between texts that were seen around one before.

    Attributes:
        before: What may stand before it (a currency, a sign).
        decimal: The decimal separator; empty where none was seen.
        grouping: The separator of thousands; empty where none was seen.
        whole: Whether all were whole numbers.
    """

    form: Literal["number"] = "number"
    before: tuple[str, ...] = ("",)
    after: tuple[str, ...] = ("",)
    decimal: str = ""
    grouping: str = ""
    whole: bool = False


class DateNotation(_Notation):
    """A date, given as ``YYYY-MM-DD``.

    Attributes:
        around: What stood beside it.
        order: What comes first in dates that are all numbers; empty where none was seen.
    """

    form: Literal["date"] = "date"
    around: tuple[str, ...] = ("",)
    order: Literal["", "day", "month"] = ""


class WordsNotation(_Notation):
    """One of a few words, each of which stands for a value; others are not known."""

    form: Literal["words"] = "words"
    known: tuple[tuple[str, str | bool], ...]


Notation = Annotated[
    TextNotation | UrlNotation | NumberNotation | DateNotation | WordsNotation,
    Field(discriminator="form"),
]
