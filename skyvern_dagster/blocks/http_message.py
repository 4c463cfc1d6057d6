"""A request as a block describes it, and its answer as an output."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from skyvern_dagster.blocks.given_file import GivenFile
from skyvern_dagster.blocks.web_client import WebAnswer
from skyvern_dagster.errors import BlockError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
"""What can be asked for; others (CONNECT, TRACE) are for proxies."""

MOST_SHOWN = 1_000_000
"""Characters of an answer in an output: outputs go along with every later block."""

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


def encoded(
    body: Mapping[str, Any] | None, files: Mapping[str, GivenFile], headers: Mapping[str, str]
) -> tuple[bytes, dict[str, str]]:
    """A body as it is sent, and the headers that go with it."""
    given = {name.lower(): value for name, value in headers.items()}
    kind = given.get("content-type", "").partition(";")[0].strip().lower()
    if files or kind == _MULTIPART:
        plain = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        content, content_type = _multipart(body or {}, files)
        return content, {**plain, "content-type": content_type}
    if body is None:
        return b"", dict(headers)
    if kind == _FORM:
        return urlencode({name: _field(value) for name, value in body.items()}).encode(), {
            **headers
        }
    content = json.dumps(body, ensure_ascii=False).encode()
    return content, dict(headers) if kind else {**headers, "content-type": "application/json"}


def _multipart(body: Mapping[str, Any], files: Mapping[str, GivenFile]) -> tuple[bytes, str]:
    import httpx2

    request = httpx2.Request(
        "POST",
        "https://form.invalid/",
        data={name: _field(value) for name, value in body.items()},
        files={name: (each.name, each.content, each.content_type) for name, each in files.items()},
    )
    return request.read(), request.headers["content-type"]


def _field(value: Any) -> str:
    """A value of a form."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def is_shown(answer: WebAnswer) -> bool:
    """Whether an answer can stand in an output: it is text, or nothing."""
    kind = answer.content_type
    is_text = kind.startswith("text/") or kind.endswith(
        ("json", "xml", "javascript", "yaml", _FORM)
    )
    return not answer.body or is_text or (not kind and b"\x00" not in answer.body[:4096])


def body_of(answer: WebAnswer) -> Any:
    """An answer's body: JSON as data, other text as it is.

    Raises:
        BlockError: It is too long for an output.
    """
    if len(answer.body) > MOST_SHOWN:
        raise BlockError(
            f"the answer has {len(answer.body):,} bytes, more than {MOST_SHOWN:,} in an output: "
            "set save_response_as_file"
        )
    text = _decoded(answer)
    if "json" in answer.content_type or text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _decoded(answer: WebAnswer) -> str:
    _, _, parameters = answer.headers.get("content-type", "").partition("charset=")
    charset = parameters.partition(";")[0].strip("\"' ") or "utf-8"
    try:
        return answer.body.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return answer.body.decode("utf-8", "replace")


def take_secrets(body: Any, paths: list[str]) -> list[str]:
    """The values that dotted paths name in a JSON answer (``data.tokens.0``), as texts.

    Raises:
        BlockError: A path leads nowhere: whoever wrote it would believe that it hides something.
    """
    return [_at(body, path) for path in paths]


def _at(body: Any, path: str) -> str:
    value = body
    for part in path.removeprefix("$.").split("."):
        match value:
            case dict() if part in value:
                value = value[part]
            case list() if part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            case _:
                raise BlockError(f"secret_response_paths: the answer has no {path!r}")
    return value if isinstance(value, str) else json.dumps(value)
