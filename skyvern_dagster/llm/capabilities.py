"""What a server takes of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OutputForm = Literal["json_schema", "json_object", "text"]
OUTPUT_FORMS: tuple[OutputForm, ...] = ("json_schema", "json_object", "text")
"""How a JSON document is asked for, the surest first."""

LIMIT_NAMES = ("max_completion_tokens", "max_tokens")
"""What servers call the longest answer; each knows one of them, or both."""


@dataclass(frozen=True)
class Capabilities:
    """What a server is thought to take.

    Attributes:
        output: How a JSON document is asked for.
        plain_schema: Whether schemas are told without what some servers refuse in them.
        limits: Names of the longest answer that may be tried, the first is used; none of them
            where a server takes no such limit.
        pictures: Whether messages may have pictures.
        temperature: Whether a temperature may be set.
        alternating: Whether no two messages of one role may follow each other.
        system: Whether there may be a system message.
    """

    output: OutputForm = "json_schema"
    plain_schema: bool = False
    limits: tuple[str, ...] = LIMIT_NAMES
    pictures: bool = True
    temperature: bool = True
    alternating: bool = False
    system: bool = True

    @property
    def next_output(self) -> OutputForm | None:
        """The next way to ask for JSON; ``None`` below the last."""
        below = OUTPUT_FORMS[OUTPUT_FORMS.index(self.output) + 1 :]
        return below[0] if below else None
