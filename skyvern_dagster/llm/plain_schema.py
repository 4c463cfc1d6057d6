"""A JSON Schema without what some servers refuse in one.

Gemini and grammar compilers want a type everywhere, no object without properties, and know few
keywords. What can't be said in them is asked for as a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEPT = frozenset(
    {"type", "properties", "required", "items", "enum", "description", "nullable", "minItems",
     "maxItems"}
)  # fmt: skip
_COMPOSED = ("anyOf", "oneOf", "allOf")
ANYTHING = {"type": "string"}
"""Where several types are allowed, or an object of any fields: its JSON, as a text."""


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same form in the words that every server with schemas knows."""
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    return _plain(schema, definitions, frozenset())


def _plain(schema: Any, definitions: Mapping[str, Any], within: frozenset[str]) -> dict[str, Any]:
    if not isinstance(schema, Mapping):
        return dict(ANYTHING)
    if reference := schema.get("$ref"):
        name = str(reference).rpartition("/")[2]
        if name in within or name not in definitions:
            return dict(ANYTHING)
        return _plain(definitions[name], definitions, within | {name})
    kind, nullable = _kind(schema)
    for word in _COMPOSED:
        if kind == "" and isinstance(schema.get(word), list):
            return _composed(schema[word], definitions, within)
    made = {key: value for key, value in schema.items() if key in _KEPT and key != "type"}
    match kind:
        case "object":
            return _with_null(_object(schema, made, definitions, within), nullable=nullable)
        case "array":
            made["items"] = _plain(schema.get("items"), definitions, within)
            return _with_null({**made, "type": kind}, nullable=nullable)
        case "":
            return dict(ANYTHING)
        case _:
            for word in ("properties", "required", "items"):
                made.pop(word, None)
            return _with_null({**made, "type": kind}, nullable=nullable)


def _object(
    schema: Mapping[str, Any],
    made: dict[str, Any],
    definitions: Mapping[str, Any],
    within: frozenset[str],
) -> dict[str, Any]:
    fields = schema.get("properties")
    if not isinstance(fields, Mapping) or not fields:
        return dict(ANYTHING)
    made["properties"] = {
        str(name): _plain(each, definitions, within) for name, each in fields.items()
    }
    if "required" in made:
        made["required"] = [name for name in made["required"] if name in made["properties"]]
        if not made["required"]:
            del made["required"]
    return {**made, "type": "object"}


def _composed(
    choices: list[Any], definitions: Mapping[str, Any], within: frozenset[str]
) -> dict[str, Any]:
    """The one choice that isn't null; of several, none can be told."""
    real = [each for each in choices if not (isinstance(each, Mapping) and _is_null(each))]
    if len(real) != 1:
        return dict(ANYTHING)
    nullable = len(real) < len(choices)
    return _with_null(_plain(real[0], definitions, within), nullable=nullable)


def _is_null(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "null"


def _kind(schema: Mapping[str, Any]) -> tuple[str, bool]:
    """The type, and whether it may be null as well."""
    kind = schema.get("type")
    if isinstance(kind, list):
        real = [each for each in kind if each != "null"]
        return (real[0] if len(real) == 1 else ""), "null" in kind
    if kind is None and "properties" in schema:
        return "object", False
    if kind is None and isinstance(schema.get("enum"), list):
        texts = all(isinstance(each, str) for each in schema["enum"])
        return ("string" if texts else ""), False
    return (kind if isinstance(kind, str) else ""), False


def _with_null(schema: dict[str, Any], *, nullable: bool) -> dict[str, Any]:
    return {**schema, "nullable": True} if nullable else schema
