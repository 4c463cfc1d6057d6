"""What is committed is what is served; every route says what it is for."""

from __future__ import annotations

import json

from skyvern_dagster_api.openapi import document, outputs_schema
from tests.office import ROOT

AGAIN = "python -m skyvern_dagster_api.openapi api/openapi.json docs/outputs.schema.json"


def test_the_committed_documents_are_up_to_date() -> None:
    committed = (ROOT / "api" / "openapi.json").read_text(encoding="utf-8")
    assert committed == document(), f"run: {AGAIN}"
    schema = (ROOT / "docs" / "outputs.schema.json").read_text(encoding="utf-8")
    assert schema == outputs_schema(), f"run: {AGAIN}"


def test_every_route_explains_itself_and_every_body_has_an_example() -> None:
    found = json.loads(document())
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            name = f"{method} {path}"
            assert operation.get("summary"), name
            assert operation.get("description"), name
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                assert media == "multipart/form-data" or _example(content, found), name


def _example(content: dict[str, object], document: dict[str, dict[str, object]]) -> object:
    schema = content.get("schema", {})
    assert isinstance(schema, dict)
    options = [schema, *schema.get("anyOf", [])]
    for option in options:
        name = str(option.get("$ref", "")).rpartition("/")[2]
        schemas = document["components"]["schemas"]
        assert isinstance(schemas, dict)
        if schemas.get(name, {}).get("examples"):
            return True
    return content.get("example") or schema.get("examples")
