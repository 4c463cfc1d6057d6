"""How a request to a model can end: four ways, told apart by type."""

from __future__ import annotations

from dataclasses import dataclass, field

from skyvern_dagster.llm.usage import Usage


@dataclass(frozen=True)
class Answered:
    """The model answered.

    Attributes:
        text: The answer as it came.
        cut_off: Whether it stopped at the output limit.
    """

    text: str
    usage: Usage = field(default_factory=Usage)
    cut_off: bool = False


@dataclass(frozen=True)
class Refused:
    """The model, or a filter before it, doesn't want to answer this."""

    reason: str
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True)
class TooLong:
    """What was sent is more than the model can read: worth a try with less."""

    reason: str


@dataclass(frozen=True)
class Unavailable:
    """No answer came.

    Attributes:
        reason: For people: which server, what happened, what to do.
        retryable: Whether the same request may be answered soon.
        infrastructure: Whether that says nothing about the request: the server is down, has no
            time, or doesn't take the key. Not where it refuses what it was sent.
    """

    reason: str
    retryable: bool
    infrastructure: bool = True


ModelOutcome = Answered | Refused | TooLong | Unavailable
