"""JSON Schemas in a definition that don't say what was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from skyvern_dagster.templating.rendering import is_template
from skyvern_dagster.workflow.declarations import Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_FIELDS = ("data_schema", "json_schema", "export_data_schema")

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

_LOOSE_TYPES = frozenset(
    {
        *_TYPES, "bool", "currency", "date", "datetime", "decimal", "dict", "email", "file",
        "float", "int", "list", "phone", "str", "text", "time", "uri", "url",
    }
)  # fmt: skip
"""Words for types that Skyvern's documents and examples use, and that are read as what they say."""

_MOST = 20
"""Of one schema: more of the same tell nothing new. Arbitrary."""

_MOST_KNOWN = 1024
"""Schemas that are remembered: those of some hundred workflows, a kilobyte each. Arbitrary."""


def schema_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """A warning for each: what can be read of such a schema is read all the same."""
    for block in outline.walk():
        for field in _FIELDS:
            place: Path = (*block.path, field)
            for path, message, hint in islice(_problems(block.fields.get(field)), _MOST):
                yield document.finding((*place, *path), message, hint, "warning")


def _problems(given: Any) -> Iterator[tuple[Path, str, str]]:
    if not isinstance(given, str):
        yield from _of_schema(given, ())
    elif given.strip() and not is_template(given):
        try:
            inner = json.loads(given)
        except (ValueError, RecursionError) as error:
            yield (), f"the schema is a text that is no JSON: {error}", "write it as a mapping"
            return
        for path, message, hint in _of_schema(inner, ()):
            yield (), f"{'.'.join(map(str, path)) or 'the schema'}: {message}", hint


def _of_schema(schema: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Of a JSON Schema, or of a mapping of names to such, as examples write them."""
    if not isinstance(schema, Mapping):
        return
    if not {"type", "properties", "items", "$ref", "anyOf", "oneOf", "allOf"} & schema.keys():
        for name, inner in schema.items():
            yield from _of_schema(inner, (*path, name))
        return
    for refusal in _refusals(schema):
        where = (*path, *refusal.path)
        name = where[-1] if where else ""
        if name == "type":
            yield from _type(refusal.value, where)
        else:
            subject = f"{name!r} " if name else ""
            yield where, f"{subject}is no JSON Schema: {refusal.message}", ""
    yield from _required(schema, path)


class _Refusal(NamedTuple):
    """What the schema of schemas says of a place."""

    path: Path
    value: Any
    message: str


def _refusals(schema: Mapping[Any, Any]) -> tuple[_Refusal, ...]:
    """All of them; many workflows have the same few schemas, and each takes some milliseconds."""
    try:
        return _known_refusals(json.dumps(schema))
    except (TypeError, ValueError, RecursionError):
        return _asked(schema)


@lru_cache(maxsize=_MOST_KNOWN)
def _known_refusals(written: str) -> tuple[_Refusal, ...]:
    return _asked(json.loads(written))


def _asked(schema: Mapping[Any, Any]) -> tuple[_Refusal, ...]:
    errors = islice(_of_schemas().iter_errors(schema), _MOST)
    return tuple(
        _Refusal(tuple(each.absolute_path), each.instance, each.message[:120]) for each in errors
    )


def _type(given: Any, where: Path) -> Iterator[tuple[Path, str, str]]:
    unknown = given if isinstance(given, list) else [given]
    for each in unknown:
        words = re.split(r"[^a-z]+", str(each).casefold())  # iso-8601-date-string
        if each not in _TYPES and not _LOOSE_TYPES & {*words}:
            hint = did_you_mean(str(each), _TYPES) or f"types are {', '.join(_TYPES)}"
            yield where, f"{each!r} is no type of JSON Schema", hint


def _required(schema: Mapping[Any, Any], path: Path) -> Iterator[tuple[Path, str, str]]:
    properties, required = schema.get("properties"), schema.get("required")
    if isinstance(properties, Mapping) and isinstance(required, list):
        for name in required:
            if isinstance(name, str) and name not in properties:
                hint = did_you_mean(name, [*map(str, properties)]) or "add it to the properties"
                yield (*path, "required"), f"{name!r} is required and no property", hint
    inner = [(("properties", name), each) for name, each in (_mapping(properties)).items()]
    for step, each in [*inner, (("items",), schema.get("items"))]:
        if isinstance(each, Mapping):
            yield from _required(each, (*path, *step))


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


@cache
def _of_schemas() -> Draft202012Validator:
    """What holds schemas against the schema of schemas."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(Draft202012Validator.META_SCHEMA)
