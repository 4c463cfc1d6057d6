"""What is known of a value before it is there: which fields it has, and what its lists hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, RootModel

_SCHEMA_WORDS = frozenset({"type", "properties", "items"})
_OPEN_WORDS = frozenset(
    {
        "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "patternProperties",
        "dependentSchemas", "unevaluatedProperties", "prefixItems", "enum", "const",
    }
)  # fmt: skip
"""Words of JSON Schema that may let a value have more, or something else, than its properties."""


@dataclass(frozen=True)
class ValueShape:
    """What a value may have; without anything, nothing is known of it.

    Attributes:
        fields: All fields of an object; ``None`` where they aren't known.
        item: What a list holds; ``None`` for what is no list, or isn't known to be one.
        inner: Of a block's output, what was extracted: its fields are reached through the output
            (docs/contract.md#names-in-texts).
    """

    fields: Mapping[str, ValueShape] | None = None
    item: ValueShape | None = None
    inner: ValueShape | None = field(default=None, repr=False)

    @property
    def reachable(self) -> Mapping[str, ValueShape] | None:
        """All fields that a template reaches; ``None`` where they aren't known."""
        if self.fields is None or self.inner is None:
            return self.fields
        output = {"output": self.inner}
        if self.inner.item is not None:
            return {**output, **self.fields}
        if self.inner.fields is None:
            return None
        return {**self.inner.fields, **output, **self.fields}

    def given(self, name: str) -> ValueShape:
        """What a field is, as far as it is known."""
        return (self.reachable or self.fields or {}).get(name, ANYTHING)


ANYTHING = ValueShape()
"""Of which nothing is known."""


def list_of(item: ValueShape) -> ValueShape:
    """A list of such values."""
    return ValueShape(item=item)


def object_of(names: Mapping[str, ValueShape] | Sequence[str]) -> ValueShape:
    """An object with these fields and no others."""
    if isinstance(names, Mapping):
        return ValueShape(fields=names)
    return ValueShape(fields=dict.fromkeys(names, ANYTHING))


def shape_of_schema(schema: Any) -> ValueShape:
    """What data in the form of a schema has, where the schema says it for certain.

    Args:
        schema: JSON Schema, as a mapping or as text; or, as examples of Skyvern's write it, a
            mapping of names to such. Of any other nothing is known.
    """
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError):
            return ANYTHING
    if not isinstance(schema, Mapping) or _OPEN_WORDS & schema.keys():
        return ANYTHING
    if not _SCHEMA_WORDS & schema.keys():
        is_of_schemas = bool(schema) and all(isinstance(each, Mapping) for each in schema.values())
        return _of_properties(schema) if is_of_schemas else ANYTHING
    return _of_words(schema)


def _of_words(schema: Mapping[Any, Any]) -> ValueShape:
    kinds = schema.get("type")
    kind = {str(each) for each in (kinds if isinstance(kinds, list) else [kinds])}
    kind -= {"null", "None"}
    properties = schema.get("properties")
    if "items" in schema and kind <= {"array"}:
        return list_of(shape_of_schema(schema["items"]))
    if kind == {"array"}:
        return list_of(ANYTHING)
    is_object = isinstance(properties, Mapping) and bool(properties) and kind <= {"object"}
    if not is_object or schema.get("additionalProperties") not in (None, False):
        return ANYTHING
    return _of_properties(properties)


def _of_properties(properties: Any) -> ValueShape:
    return object_of({str(name): shape_of_schema(each) for name, each in properties.items()})


@cache
def shape_of_model(model: type[BaseModel]) -> ValueShape:
    """What a typed output has."""
    if issubclass(model, RootModel):
        return _of_annotation(model.model_fields["root"].annotation)
    if model.model_config.get("extra") == "allow":
        return ANYTHING
    return object_of(
        {name: _of_annotation(each.annotation) for name, each in model.model_fields.items()}
    )


def _of_annotation(annotation: Any) -> ValueShape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        kinds = [each for each in arguments if each is not NoneType]
        return _of_annotation(kinds[0]) if len(kinds) == 1 else ANYTHING
    if origin in (list, tuple):
        return list_of(_of_annotation(arguments[0]) if arguments else ANYTHING)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return shape_of_model(annotation)
    return ANYTHING
