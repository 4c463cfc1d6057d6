"""What the body of a request hands over, name by name, and whether an answer refuses it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

_PAIRS = re.compile(r"[^\s=&]+=[^\s]*")
_FAILED = frozenset({"error", "errors", "fail", "failed", "failure"})
"""Values of ``status`` that refuse, and names under which an API tells why."""
_DONE = ("success", "ok", "succeeded")
"""Names under which an API says whether it did what it was asked for."""


@dataclass(frozen=True)
class SentBody:
    """The values of a request's body; of one that can't be read, none.

    Attributes:
        entries: Names and values; of nested JSON, each value under the name nearest to it.
        is_form: Whether a form would send it like that: what isn't ticked is left out.
    """

    entries: tuple[tuple[str, str], ...] = ()
    is_form: bool = False


def sent_body(body: str, content_type: str) -> SentBody:
    """Reads a body by its declared type, or by its look where that says nothing."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return SentBody(tuple(_parts(body, content_type)), is_form=True)
    if body.lstrip()[:1] in ("{", "["):
        return SentBody(tuple(_leaves(_json(body), "")))
    if kind == "application/x-www-form-urlencoded" or _PAIRS.fullmatch(body):
        return SentBody(tuple(parse_qsl(body, keep_blank_values=True)), is_form=True)
    return SentBody()


def refusal_in(answer: str) -> str:
    """What an API's answer says against its own status (``{"success": false}``); else empty."""
    told = _json(answer)
    if not isinstance(told, dict):
        return ""
    plain = {str(name).casefold(): value for name, value in told.items()}
    if any(plain.get(name) is False for name in _DONE):
        return _said(plain, "it was not done")
    if str(plain.get("status", "")).casefold() in _FAILED:
        return _said(plain, "an error")
    refused = next((plain[name] for name in sorted(_FAILED) if plain.get(name)), None)
    return "" if refused is None or plain.get("data") else _text(refused)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _said(plain: dict[str, Any], otherwise: str) -> str:
    names = ("message", "error", "errors", "reason", "detail")
    return next((_text(plain[name]) for name in names if plain.get(name)), otherwise)


def _text(told: object) -> str:
    return next((value for _, value in _leaves(told, "") if value), str(told))


def _leaves(told: object, name: str) -> Iterator[tuple[str, str]]:
    """The plain values of JSON, each under the name nearest to it."""
    match told:
        case dict():
            for key, value in told.items():
                yield from _leaves(value, str(key))
        case list():
            for value in told:
                yield from _leaves(value, name)
        case None:
            return
        case _:
            yield name, str(told)


def _parts(body: str, content_type: str) -> list[tuple[str, str]]:
    whole = message_from_string(f"Content-Type: {content_type}\r\n\r\n{body}")
    parts = whole.get_payload() if whole.is_multipart() else []
    return [
        (str(part.get_param("name", "", "content-disposition")), str(part.get_payload()))
        for part in parts
        if isinstance(part, Message) and part.get_filename() is None
    ]
