"""The JSON Schema of definitions, for editors: what is accepted, with what it is for."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.inert import instead_of
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS


def definition_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a definition: every field that loads, also those without effect."""
    schema = WorkflowDefinition.model_json_schema()
    models: tuple[type[BaseModel], ...] = (
        DefinitionBody,
        *PARAMETER_MODELS.values(),
        *block_types().values(),
    )
    _complete(schema, WorkflowDefinition)
    for model in models:
        if (part := schema["$defs"].get(model.__name__)) is not None:
            _complete(part, model)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Workflow definition of skyvern-dagster",
    }


def _complete(part: dict[str, Any], model: type[BaseModel]) -> None:
    """Adds the fields without effect, and that an optional field may be left empty."""
    required = part.get("required", [])
    properties = part.setdefault("properties", {})
    for name, each in properties.items():
        if name not in required:
            properties[name] = _or_empty(each)
    for name in sorted(getattr(model, "inert_fields", ())):
        hint = instead_of(name)
        why = f"Has no effect here: {hint}." if hint else "Has no effect here."
        known = properties.get(name, {})
        properties[name] = {**known, "description": why, "deprecated": True}


def _or_empty(schema: dict[str, Any]) -> dict[str, Any]:
    """Skyvern's exports write every field: null, or an empty text, means that it isn't set."""
    told: dict[str, Any] = {
        key: schema[key] for key in ("description", "title", "default") if key in schema
    }
    inner: dict[str, Any] = {key: value for key, value in schema.items() if key not in told}
    ways = inner.pop("anyOf") if set(inner) == {"anyOf"} else [inner]
    if {} in ways:
        return schema
    empty = {"enum": [None, ""]}
    return {**told, "anyOf": [*(way for way in ways if way != {"type": "null"}), empty]}
