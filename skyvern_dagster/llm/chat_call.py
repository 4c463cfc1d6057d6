"""A question as the arguments of a chat completion, in the form that a server takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from skyvern_dagster.llm.capabilities import Capabilities
from skyvern_dagster.llm.messages import Message, Question
from skyvern_dagster.llm.plain_schema import plain_schema
from skyvern_dagster.llm.settings import ModelSettings

_FORM = (
    "Answer with one JSON document and nothing else, no text before or after it. "
    "Its JSON Schema: {schema}"
)


def chat_call(
    question: Question, settings: ModelSettings, capabilities: Capabilities
) -> dict[str, Any]:
    """Arguments for ``chat.completions.create``."""
    schema = dict(question.schema)
    if capabilities.plain_schema:
        schema = plain_schema(schema)
    messages = _told(question.messages, schema, capabilities)
    call: dict[str, Any] = {
        "model": settings.model,
        "messages": [message.as_openai() for message in messages],
    }
    match capabilities.output:
        case "json_schema":
            told = {"name": question.name, "schema": schema}
            call["response_format"] = {"type": "json_schema", "json_schema": told}
        case "json_object":
            call["response_format"] = {"type": "json_object"}
        case "text":
            pass
    if capabilities.limits:
        call[capabilities.limits[0]] = settings.max_output_tokens
    if settings.temperature is not None and capabilities.temperature:
        call["temperature"] = settings.temperature
    return call


def _told(
    messages: tuple[Message, ...], schema: dict[str, Any], capabilities: Capabilities
) -> tuple[Message, ...]:
    if not capabilities.pictures:
        messages = tuple(replace(message, image=None) for message in messages)
    if capabilities.output != "json_schema":
        messages = _with_form(messages, schema)
    if not capabilities.system:
        messages = tuple(
            replace(message, role="user") if message.role == "system" else message
            for message in messages
        )
    return merged(messages) if capabilities.alternating else messages


_SEEN = "Seen."


def merged(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Messages of one role that follow each other as one.

    A message has one picture: between two that have one, the other side says a word.
    """
    made: list[Message] = []
    for message in messages:
        if made and made[-1].role == message.role and made[-1].image and message.image:
            made += [Message("assistant" if message.role == "user" else "user", _SEEN), message]
        elif made and made[-1].role == message.role:
            image = message.image or made[-1].image
            made[-1] = Message(message.role, f"{made[-1].text}\n\n{message.text}", image)
        else:
            made.append(message)
    return tuple(made)


def _with_form(messages: tuple[Message, ...], schema: dict[str, Any]) -> tuple[Message, ...]:
    """The form stands in the first message, which stays the same: servers cache prefixes."""
    form = _FORM.format(schema=json.dumps(schema, ensure_ascii=False))
    first, *others = messages
    if first.role != "system":
        return (Message("system", form), *messages)
    return (replace(first, text=f"{first.text}\n\n{form}"), *others)
