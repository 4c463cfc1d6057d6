"""What form data should have, whichever way a definition says it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from skyvern_dagster.agent.extraction import strict_schema
from skyvern_dagster.reading.words import name_words

_KEYWORDS = frozenset({"type", "properties", "items", "anyOf", "oneOf", "enum", "$ref"})


def schema_of(given: Any) -> dict[str, Any]:
    """JSON Schema of what to read; an empty one where anything will do.

    Definitions hold JSON Schemas, ones with types that JSON Schema doesn't know (``type: url``),
    a bare example of what is wanted, a list with one, or such a thing as text.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return {}
    if isinstance(given, list):
        return {"type": "array", "items": schema_of(given[0]) if len(given) == 1 else {}}
    if not isinstance(given, dict) or not given:
        return {}
    if _is_schema(given):
        return strict_schema(given) or {}
    return {
        "type": "object",
        "properties": {
            str(name): schema_of(each) if isinstance(each, dict | list) else {}
            for name, each in given.items()
        },
    }


def _is_schema(given: dict[Any, Any]) -> bool:
    """Whether this is a schema, and not an example that happens to have a field ``type``."""
    kind = given.get("type")
    if "properties" in given or "items" in given:
        return True
    return isinstance(kind, str) and not (
        set(given) - _KEYWORDS - {"description", "title", "required", "format"}
    )


def field_names(schema: Any) -> Iterator[str]:
    """What a schema calls its fields, in words, at all levels."""
    if not isinstance(schema, dict):
        return
    for name, inner in (schema.get("properties") or {}).items():
        yield " ".join(name_words(name))
        yield from field_names(inner)
    yield from field_names(schema.get("items"))
