"""What a model is asked, in our own words."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Message:
    """One message of a conversation.

    Attributes:
        image: A JPEG, or a PNG, that is shown after the text.
    """

    role: Literal["system", "user", "assistant"]
    text: str
    image: bytes | None = None

    def as_openai(self) -> dict[str, Any]:
        """The message as chat completions take it."""
        if self.image is None:
            return {"role": self.role, "content": self.text}
        data = base64.b64encode(self.image).decode()
        kind = "png" if self.image.startswith(b"\x89PNG") else "jpeg"
        picture = {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{data}"}}
        return {"role": self.role, "content": [{"type": "text", "text": self.text}, picture]}


@dataclass(frozen=True)
class Question:
    """A conversation that ends in a request for one JSON document.

    Attributes:
        schema: JSON Schema of the answer; the server may or may not hold the model to it.
        name: Name of the schema, for servers' logs.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    name: str

    @property
    def text(self) -> str:
        """Everything that is to be read, without pictures."""
        return "\n".join(message.text for message in self.messages)
