"""An OpenAI-compatible server on loopback that says what a test tells it to, and can misbehave."""

from __future__ import annotations

from skyvern_dagster.llm.loopback.replies import (
    HangUp,
    HttpError,
    Raw,
    Refusal,
    Reply,
    Says,
    Slow,
)
from skyvern_dagster.llm.loopback.requests import ChatRequest
from skyvern_dagster.llm.loopback.server import ModelServer

__all__ = [
    "ChatRequest",
    "HangUp",
    "HttpError",
    "ModelServer",
    "Raw",
    "Refusal",
    "Reply",
    "Says",
    "Slow",
]
