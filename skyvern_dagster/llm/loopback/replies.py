"""What a loopback model server can answer: one frozen class per kind of answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.llm.loopback.requests import ChatRequest


@dataclass(frozen=True)
class Says:
    """An ordinary answer.

    Attributes:
        content: Text as it is (also text that is no JSON), or a document that is written as JSON.
        finish: ``stop``, or ``length`` for an answer that was cut off.
        usage: What the server says to have counted, in place of what it has; empty for a server
            that doesn't count.
    """

    content: Any
    finish: str = "stop"
    usage: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """What the message holds."""
        return self.content if isinstance(self.content, str) else json.dumps(self.content)


@dataclass(frozen=True)
class Refusal:
    """The model refuses, in the field that the API has for it."""

    text: str = "I can't help with that."


@dataclass(frozen=True)
class HttpError:
    """An error in OpenAI's form.

    Attributes:
        code: Machine-readable, for instance ``context_length_exceeded``.
        retry_after: Seconds in a ``Retry-After`` header.
    """

    status: int
    message: str = "something is wrong"
    code: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Raw:
    """Any body, for errors in other forms than OpenAI's."""

    status: int
    body: Any


@dataclass(frozen=True)
class Slow:
    """An answer that takes its time."""

    seconds: float
    reply: Says


@dataclass(frozen=True)
class HangUp:
    """The connection is closed without an answer."""


Reply = Says | Refusal | HttpError | Raw | Slow | HangUp
ReplyScript = Reply | Callable[[ChatRequest], "Reply | dict[str, Any] | str"] | dict[str, Any] | str
"""A reply, a document or text to say, or a function that makes one from the request."""


def reply_of(script: ReplyScript, request: ChatRequest) -> Reply:
    """What a script entry says to a request."""
    made = script(request) if callable(script) else script
    return Says(made) if isinstance(made, dict | str) else made
