"""Putting extracted parts together and holding the whole against the schema."""

from __future__ import annotations

from typing import Any

_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})


def merge(old: Any, new: Any) -> Any:
    """Joins what two pages gave: lists grow without repeats, the first value found stays."""
    match old, new:
        case (None, _):
            return new
        case (_, None):
            return old
        case (dict(), dict()):
            return {
                key: merge(old.get(key), new.get(key))
                for key in [*old, *(k for k in new if k not in old)]
            }
        case (list(), list()):
            return old + [item for item in new if item not in old]
        case ("", _):
            return new
        case _:
            return old


def mismatch(data: Any, schema: Any) -> str | None:
    """Why data doesn't fit a schema, in one sentence; ``None`` when it does.

    Skyvern's loose schemas (``type: url``, an example instead of a schema, a plain text) are held
    to what they say for certain: unknown types mean any text.
    """
    strict = strict_schema(schema)
    if strict is None:
        return None
    # Imported here: `import skyvern_dagster` stays quick.
    import jsonschema
    from jsonschema.exceptions import SchemaError

    try:
        errors = sorted(
            jsonschema.Draft202012Validator(strict).iter_errors(data),
            key=lambda error: error.json_path,
        )
    except (SchemaError, TypeError, ValueError):
        return None
    if not errors:
        return None
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{first.json_path}: {first.message[:200]}{more}"


def strict_schema(schema: Any) -> dict[str, Any] | None:
    """The JSON Schema that a loose one stands for; ``None`` where it asks for nothing checkable."""
    if not isinstance(schema, dict) or not ({"type", "properties", "items"} & schema.keys()):
        return None
    strict: dict[str, Any] = {}
    kind = schema.get("type")
    if isinstance(kind, str):
        # A value that the page doesn't show is null; a word JSON Schema doesn't know means text.
        strict["type"] = [kind if kind in _TYPES else "string", "null"]
    elif isinstance(kind, list):
        strict["type"] = [each for each in kind if each in _TYPES] or ["string", "null"]
    if isinstance(schema.get("properties"), dict):
        strict["properties"] = {
            name: strict_schema(each) or True for name, each in schema["properties"].items()
        }
    if isinstance(schema.get("items"), dict):
        strict["items"] = strict_schema(schema["items"]) or True
    required = schema.get("required")
    if isinstance(required, list) and all(isinstance(name, str) for name in required):
        strict["required"] = required
    if isinstance(schema.get("enum"), list):
        strict["enum"] = [*schema["enum"], None]
    return strict
