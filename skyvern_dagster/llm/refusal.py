"""What a server says when it refuses a request, in whichever form it says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

_ERRORS = range(400, 600)
"""Codes inside of a body that are HTTP's; others are the router's own."""

if TYPE_CHECKING:
    import openai

_ECHOES = frozenset({"input", "ctx", "url", "user_id"})
"""Fields in which validators repeat the request: its words say nothing about the cause."""
_LONGEST = 300
"""Characters for people; causes stand in the first sentence."""


@dataclass(frozen=True)
class RequestRefusal:
    """An answer that is an error.

    Attributes:
        status: The HTTP status; 200 bodies of routers carry it inside.
        message: For people.
        words: Everything that it says, in lower case, to find a cause in.
        code: Machine-readable, where there is one.
        partial: What the model had written when the server gave up, where it tells.
    """

    status: int
    message: str
    words: str
    code: str = ""
    partial: str = ""


def refusal_of(error: openai.APIStatusError) -> RequestRefusal:
    """What the SDK's error says; bodies are OpenAI's form, a bare text, a list, or FastAPI's."""
    body = _body(error)
    return _refusal(error.status_code, body, error.message)


def refusal_in(answer: Any) -> RequestRefusal | None:
    """The error in an answer of status 200, as routers give it; ``None`` without one."""
    told = getattr(answer, "error", None)
    if not isinstance(told, dict) or not told:
        return None
    code = told.get("code")
    status = code if isinstance(code, int) and code in _ERRORS else HTTPStatus.BAD_GATEWAY
    return _refusal(status, told, "")


def _body(error: openai.APIStatusError) -> Any:
    if error.body is not None:
        return error.body
    try:
        return error.response.json()
    except ValueError:
        return error.response.text


def _refusal(status: int, body: Any, otherwise: str) -> RequestRefusal:
    texts = list(dict.fromkeys(_texts(body)))
    message = " ".join(" ".join(texts[:3]).split()) or " ".join(otherwise.split())
    words = " ".join([*texts, otherwise]).casefold()
    found = _fields(body, "code")
    partial = _fields(body, "failed_generation")
    return RequestRefusal(
        status, message[:_LONGEST], words, found[0] if found else "", partial[0] if partial else ""
    )


def _texts(body: Any) -> Iterator[str]:
    """The sentences in a body, those for people first."""
    match body:
        case dict():
            first = [body[key] for key in ("message", "error", "detail", "msg") if key in body]
            rest = [
                value
                for key, value in body.items()
                if key not in ("message", "error", "detail", "msg", "failed_generation", *_ECHOES)
            ]
            for value in (*first, *rest):
                yield from _texts(value)
        case list() | tuple():
            for value in body:
                yield from _texts(value)
        case str():
            nested = _document(body)
            if nested is None:
                yield body
            else:
                yield from _texts(nested)
        case _:
            return


def _document(text: str) -> Any:
    """The JSON in a text that is nothing else: routers hand on errors so."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _fields(body: Any, name: str) -> list[str]:
    match body:
        case dict():
            own = [body[name]] if isinstance(body.get(name), str) and body[name] else []
            return own + [each for value in body.values() for each in _fields(value, name)]
        case list():
            return [each for value in body for each in _fields(value, name)]
        case _:
            return []
