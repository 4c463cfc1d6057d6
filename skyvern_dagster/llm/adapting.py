"""What to leave out of a request that a server has refused, by the cause that it names.

The texts are those that servers give publicly; tests/llm/server_quirks.py has them with their
sources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from skyvern_dagster.llm.capabilities import Capabilities
from skyvern_dagster.llm.refusal import RequestRefusal

_ABOUT_REQUEST = (400, 404, 415, 422, 500, 501)
"""Statuses of servers that don't take a part of a request. 404: a router without an endpoint for
it; 500 and 501: llama.cpp and others for pictures."""
_BAD_REQUEST = (400, 404, 422)
"""Of `_ABOUT_REQUEST`, those that say for sure that the request is at fault."""

_PICTURE_WORDS = (
    "image", "vision", "multimodal", "multi-modal", "mmproj", "picture",
    "must be a string", "expected a string", "invalid type: sequence", "valid string",
    "expected `text`",
)  # fmt: skip
_TURN_WORDS = ("alternate", "same role", "consecutive", "expected last role", "successive")
_ROLE_WORDS = ("role", "instruction", "message", "prompt")
_NOT_TAKEN = ("not support", "unsupported", "not enabled", "not allowed", "only user and assistant",
              "unexpected role", "invalid role", "unknown role")  # fmt: skip
_SCHEMA_WORDS = (
    "response_schema", "responseschema", "non-empty for object", "only allowed for",
    "must be specified when not using", "request contains an invalid argument", "unknown name",
    "cannot find field", "invalid schema", "grammar", "unimplemented keys", "xgrammar",
    "json schema contains", "additionalproperties", "schema is invalid",
    "schema produces a constraint", "too many states",
)  # fmt: skip
_FORMAT_WORDS = (
    "response_format", "response format", "json_schema", "json schema", "json_object", "json mode",
    "structured output", "guided", "requested parameters",
)  # fmt: skip
_TOO_LARGE = ("too large", "at most", "less than or equal", "exceeds", "maximum")

Rule = Callable[[Capabilities, RequestRefusal], Capabilities | None]


def adapted(
    capabilities: Capabilities,
    refusal: RequestRefusal,
    *,
    pictures: bool,
    temperature: bool,
) -> Capabilities | None:
    """What the server takes after all, by what it says; ``None`` where it names no such cause.

    Args:
        capabilities: What the refused request was made by.
        refusal: What the server said.
        pictures: Whether the request had any.
        temperature: Whether the request set one.
    """
    if refusal.status not in _ABOUT_REQUEST:
        return None
    if pictures and _says(refusal, _PICTURE_WORDS):
        return replace(capabilities, pictures=False)
    if refusal.status not in _BAD_REQUEST:
        return None
    if temperature and "temperature" in refusal.words:
        return replace(capabilities, temperature=False)
    rules: tuple[Rule, ...] = (_other_limit, _other_roles, _other_output)
    made = (rule(capabilities, refusal) for rule in rules)
    return next((each for each in made if each is not None), None)


def _other_limit(capabilities: Capabilities, refusal: RequestRefusal) -> Capabilities | None:
    if not capabilities.limits or capabilities.limits[0] not in refusal.words:
        return None
    others = capabilities.limits[1:]
    # One that knows the name and finds the number too large would say so of the other name, too.
    named = any(name in refusal.words for name in others)
    if _says(refusal, _TOO_LARGE) and not (named and "instead" in refusal.words):
        others = ()
    return replace(capabilities, limits=others)


def _other_roles(capabilities: Capabilities, refusal: RequestRefusal) -> Capabilities | None:
    about_system = "system" in refusal.words or "developer" in refusal.words
    refused = _says(refusal, _NOT_TAKEN) and _says(refusal, _ROLE_WORDS)
    turns = _says(refusal, _TURN_WORDS)
    if capabilities.system and about_system and refused and not turns:
        return replace(capabilities, system=False, alternating=True)
    if not turns and "only user and assistant" not in refusal.words:
        return None
    if not capabilities.alternating and turns:
        return replace(capabilities, alternating=True)
    return replace(capabilities, system=False, alternating=True) if capabilities.system else None


def _other_output(capabilities: Capabilities, refusal: RequestRefusal) -> Capabilities | None:
    if capabilities.output == "text":
        return None
    about_schema = _says(refusal, _SCHEMA_WORDS)
    if about_schema and capabilities.output == "json_schema" and not capabilities.plain_schema:
        return replace(capabilities, plain_schema=True)
    below = capabilities.next_output
    if below is None or not (about_schema or _says(refusal, _FORMAT_WORDS)):
        return None
    return replace(capabilities, output=below)


def _says(refusal: RequestRefusal, words: tuple[str, ...]) -> bool:
    return any(word in refusal.words for word in words)
