"""A request as a loopback model server received it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ChatRequest:
    """One call of ``/chat/completions``.

    Attributes:
        body: The request's JSON.
        at: Seconds on the monotonic clock.
    """

    body: dict[str, Any]
    at: float

    @property
    def texts(self) -> list[str]:
        """The text of each message, in order."""
        return [_text(message["content"]) for message in self.body["messages"]]

    @property
    def text(self) -> str:
        """All messages as one text."""
        return "\n".join(self.texts)

    @property
    def images(self) -> int:
        """How many pictures go along."""
        return sum(
            part["type"] == "image_url"
            for message in self.body["messages"]
            if isinstance(message["content"], list)
            for part in message["content"]
        )

    @property
    def schema_name(self) -> str:
        """Name of the JSON Schema that was asked for; empty without one."""
        wanted = self.body.get("response_format") or {}
        return str((wanted.get("json_schema") or {}).get("name", ""))

    @property
    def input_tokens(self) -> int:
        """About how many tokens were sent: characters / 4, the schema included; 1,000 a picture."""
        pictures = sum(
            len(part["image_url"]["url"])
            for message in self.body["messages"]
            if isinstance(message["content"], list)
            for part in message["content"]
            if part["type"] == "image_url"
        )
        return (len(self.serialized) - pictures) // 4 + 1_000 * self.images

    @property
    def serialized(self) -> str:
        """The request in the order in which providers' prompt caches see it."""
        schema = json.dumps(self.body.get("response_format") or {})
        return schema + json.dumps(self.body["messages"])

    def ref(self, name: str, role: str = "") -> str:
        """The ref of an element in the page that was shown, by its name.

        Raises:
            LookupError: The page doesn't show one.
        """
        kind = re.escape(role) if role else r"[\w-]+"
        pattern = rf'{kind} "{re.escape(name)}[^"]*" \[([a-z0-9]+)\]'
        refs = re.findall(pattern, self.texts[-1])
        if not refs:
            raise LookupError(f"no {role or 'element'} {name!r} in:\n{self.texts[-1]}")
        return str(refs[-1])


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part["text"]) for part in content if part["type"] == "text")
