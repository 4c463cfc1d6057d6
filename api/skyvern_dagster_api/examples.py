"""Examples for the OpenAPI document: one per model, and of these one per answer."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml


def add_examples(document: dict[str, Any]) -> None:
    """Puts an example into every model that has none, and into every successful answer.

    Args:
        document: An OpenAPI document; changed in place.
    """
    schemas = document["components"]["schemas"]
    for name, example in _models().items():
        schemas[name].setdefault("examples", [example])
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if status.startswith("2") and content is not None:
                    content.setdefault("example", _example(content["schema"], schemas))


def _models() -> dict[str, Any]:
    text = resources.files("skyvern_dagster_api").joinpath("examples.yaml").read_text("utf-8")
    examples: dict[str, Any] = yaml.safe_load(text)
    return examples


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Of an answer: its own, its model's, a list of one, or the first of several."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return schemas[schema["$ref"].rpartition("/")[2]]["examples"][0]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    return None  # nothing is answered
