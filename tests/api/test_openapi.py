"""What is committed is what is served; every route says what it is for."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator, FormatChecker

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
    assert len(found["paths"]) > 40
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            name = f"{method} {path}"
            assert operation.get("summary"), name
            assert operation.get("description"), name
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                assert media == "multipart/form-data" or _example(content, found), name


def test_every_answer_has_an_example_that_fits_it() -> None:
    found = json.loads(document())
    checked = 0
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if not status.startswith("2") or content is None:
                    continue
                schema = {**content["schema"], "components": found["components"]}
                assert "example" in content, f"{method} {path}"
                validator = Draft202012Validator(schema, format_checker=FormatChecker())
                problems = [error.message for error in validator.iter_errors(content["example"])]
                assert problems == [], f"{method} {path}"
                checked += content["schema"] != {}
    assert checked > 60


def test_examples_of_models_fit_them() -> None:
    """Also those inside other models; an example of a model that has gone would be noticed."""
    found = json.loads(document())
    checked = 0
    for name, schema in found["components"]["schemas"].items():
        for example in schema.get("examples", []):
            checked += 1
            whole = {**schema, "components": found["components"]}
            problems = [error.message for error in Draft202012Validator(whole).iter_errors(example)]
            assert problems == [], name
            if schema.get("type") == "object":
                assert set(example) <= set(schema["properties"]), name
    assert checked > 10


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
