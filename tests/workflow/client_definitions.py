"""A program: writes definitions made from the schema models of the official client, a line each.

Run with the client's folder on the path, and the file to write. Each block type bare, each of its
fields with each kind of value that the field takes, each type in a loop and as finally block, each
kind of parameter, each field of the document: all that the client's own schema accepts. A line is
``{"name": ..., "definition": ...}``, or ``{"name": ..., "refused": ...}`` where its schema takes
none of the values that were tried.
"""

from __future__ import annotations

import copy
import enum
import importlib.abc
import importlib.machinery
import json
import sys
import types
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

SERVER_ONLY = ("litellm",)
"""What the client's schema module imports and the client's wheel doesn't bring."""

TEXTS = ("Open the page", "https://portal.example/1", "America/New_York", "chrome", "done", "1")
"""Texts, of which a field gets the first that its schema takes."""

KNOWN_KEYS = {
    "parameter_keys": ["name"],
    "loop_over_parameter_key": "items",
    "loop_variable_reference": "{{ items }}",
    "next_block_label": "last",
    "finally_block_label": "last",
    "credential_id": "cred_1",
    "url": "https://portal.example/1",
    "file_url": "https://portal.example/1.pdf",
    "path": "SKYVERN_DOWNLOAD_DIRECTORY",
    "recipients": ["somebody@example.com"],
    "cc": ["somebody@example.com"],
    "bcc": ["somebody@example.com"],
    "sender": "sender@example.com",
    "file_attachments": ["SKYVERN_DOWNLOAD_DIRECTORY"],
    "code": "total = 1 + 1",
    "data": "{{ items }}",
    "data_schema": {"type": "object", "properties": {"name": {"type": "string"}}},
    "json_schema": {"type": "object", "properties": {"name": {"type": "string"}}},
    "export_data_schema": {"type": "object", "properties": {"name": {"type": "string"}}},
    "source_parameter_key": "items",
    "url_parameter_key": "name",
    "error_code": "nothing_found",
    "condition": {"criteria_type": "jinja2_template", "expression": "{{ name == 'b' }}"},
    "branch_conditions": [
        {"criteria": {"expression": "{{ name == 'b' }}"}, "next_block_label": "last"},
        {"is_default": True, "next_block_label": "last"},
    ],
    "retry_on": [{"status": "failed", "error_codes": ["busy"]}],
    "timezone_id": "America/New_York",
    **{f"smtp_{part}_secret_parameter_key": "secret"
       for part in ("host", "port", "username", "password")},
}  # fmt: skip
"""Values that a field needs so that the definition makes sense: names that exist."""

ELSEWHERE: dict[str, Any] = {
    "wait_sec": 1, "navigation_goal": "Open the page", "max_retries": 2, "prompt": "Look for it",
    "data_schema": {"type": "object"}, "parameter_keys": ["name"], "title": "One",
    "error_code_mapping": {"a": "b"}, "url": "https://portal.example/1", "complete_criterion": "x",
}  # fmt: skip
"""Fields that other types of blocks have."""

LATER: dict[str, Any] = {
    "made_later": {"a": [1]},
    "created_at": "2026-01-01T00:00:00",
    "notes": "Kept for later",
}
"""Fields that newer versions may have, or a database, or an author."""

NEEDS = {
    ("send_email", "cc"): {"transport": "gmail", "credential_id": "cred_1"},
    ("send_email", "bcc"): {"transport": "gmail", "credential_id": "cred_1"},
    ("web_search", "no_match_error_code"): {"prompt": "Keep the newest."},
}
"""Fields that another one must come with."""


class _ServerPackages(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands in for packages of a server that the schema module only imports."""

    def find_spec(self, name: str, path: object, target: object = None) -> Any:
        del path, target
        if name.partition(".")[0] in SERVER_ONLY:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        module.__getattr__ = lambda name: type(name, (), {})  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        del module


sys.meta_path.append(_ServerPackages())

from skyvern.schemas import workflows as schema  # type: ignore[import-not-found]  # noqa: E402

Fields = dict[str, Any]


def values_of(annotation: Any, name: str) -> Iterator[Any]:
    """A value of each kind that a field takes."""
    if name in KNOWN_KEYS:
        yield copy.deepcopy(KNOWN_KEYS[name])
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        yield from values_of(inner[0], name)
    elif origin in (typing.Union, types.UnionType):
        for each in inner:
            yield from values_of(each, name)
    elif origin is Literal:
        yield from (each.value if isinstance(each, enum.Enum) else each for each in inner)
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        yield from (each.value for each in annotation)
    elif isinstance(annotation, type) and issubclass(annotation, schema.BaseModel):
        yield required(annotation)
    else:
        yield from plain_values(origin or annotation, inner, name)


def plain_values(kind: Any, inner: Sequence[Any], name: str) -> Iterator[Any]:
    if kind is str and name not in KNOWN_KEYS:
        yield from TEXTS
    elif kind is bool:
        yield from (True, False)
    elif kind in (int, float):
        yield from (kind(5), kind(1))
    elif kind is dict:
        yield {"name": "A text"}
    elif kind is list:
        first = next(values_of(inner[0] if inner else str, ""), None)
        yield [] if first is None else [first]


def required(model: Any) -> Fields:
    """The fields without which a model isn't taken."""
    fields = {}
    for name, field in model.model_fields.items():
        if name in ("block_type", "parameter_type"):
            fields[name] = field.default.value if field.default is not None else None
        elif name == "label":
            fields[name] = "one"
        elif name == "key":
            fields[name] = "another"
        elif name == "loop_blocks":
            fields[name] = [{"block_type": "wait", "label": "inside", "wait_sec": 1}]
        elif name == "branch_conditions" or (name == "sender" and "subject" in model.model_fields):
            fields[name] = copy.deepcopy(KNOWN_KEYS[name])
        elif field.is_required():
            fields[name] = next(values_of(field.annotation, name))
    return fields


def document(*blocks: Fields, parameters: Sequence[Fields] = (), **body: Any) -> Fields:
    """A definition with what the known keys refer to."""
    return {
        "title": "Generated",
        "workflow_definition": {
            "version": 2,
            "parameters": [
                {"parameter_type": "workflow", "key": "name", "workflow_parameter_type": "string"},
                {"parameter_type": "workflow", "key": "items", "workflow_parameter_type": "json"},
                {"parameter_type": "aws_secret", "key": "secret", "aws_key": "SECRET"},
                *parameters,
            ],
            "blocks": [*blocks, {"block_type": "wait", "label": "last", "wait_sec": 1}],
            **body,
        },
    }


def is_taken(definition: Fields) -> str:
    """Why the client's schema refuses a definition; empty where it takes it."""
    try:
        schema.WorkflowCreateYAMLRequest.model_validate(copy.deepcopy(definition))
    except ValueError as error:
        return str(error)
    return ""


def field_values(model: Any, name: str) -> list[Any]:
    """What a field is tried with; what is empty, too, as Skyvern's editor writes it."""
    field = model.model_fields[name]
    values = list(values_of(field.annotation, name))
    return [*values, "", []] if field.is_required() else [*values, None, ""]


def with_each_field(name: str, model: Any, place: Any) -> Iterator[Fields]:
    """A definition for each field of a model and each kind of its values."""
    kind = str(required(model).get("block_type", ""))
    for field in model.model_fields:
        if field in ("block_type", "parameter_type", "label", "key", "workflow_definition"):
            continue
        shown, refused = set(), ""
        for value in field_values(model, field):
            is_plain = isinstance(value, bool) or value in (None, "", [])
            sort = repr(value) if is_plain else type(value)
            if isinstance(value, str) and value not in TEXTS:
                sort = value
            definition = place({**required(model), **NEEDS.get((kind, field), {}), field: value})
            refused = refused if sort in shown else is_taken(definition)
            if sort not in shown and not refused:
                shown.add(sort)
                yield {"name": f"{name}.{field} {value!r:.30}", "definition": definition}
        if not shown:
            yield {"name": f"{name}.{field}", "refused": refused}


def blocks() -> Iterator[Fields]:
    for model in get_args(schema.BLOCK_YAML_SUBCLASSES):
        bare = required(model)
        name = bare["block_type"]
        yield {"name": f"{name} bare", "definition": document(bare)}
        others = {key: value for key, value in ELSEWHERE.items() if key not in model.model_fields}
        for what, more in (("others'", others), ("later", LATER)):
            yield {"name": f"{name} with {what} fields", "definition": document({**more, **bare})}
        inner = {k: v for k, v in copy.deepcopy(bare).items() if k != "branch_conditions"}
        if "branch_conditions" in bare:
            inner["branch_conditions"] = [
                {"criteria": {"expression": "{{ name == 'b' }}"}, "next_block_label": "after"},
                {"is_default": True, "next_block_label": None},
            ]
        loop: Fields = {
            "block_type": "for_loop",
            "label": "loop",
            "loop_over_parameter_key": "items",
            "loop_blocks": [inner, {"block_type": "wait", "label": "after", "wait_sec": 1}],
        }
        yield {"name": f"{name} in a for_loop", "definition": document(loop)}
        again = copy.deepcopy(loop)
        del again["loop_over_parameter_key"]
        again |= {"block_type": "while_loop", "condition": KNOWN_KEYS["condition"]}
        yield {"name": f"{name} in a while_loop", "definition": document(again)}
        if "branch_conditions" not in bare:
            last = {**bare, "label": "at_the_end"}
            work = {"block_type": "wait", "label": "work", "wait_sec": 1}
            final = document(work, finally_block_label="at_the_end")
            final["workflow_definition"]["blocks"].append(last)
            yield {"name": f"{name} as finally block", "definition": final}
        yield from with_each_field(name, model, document)


def parameters() -> Iterator[Fields]:
    for model in get_args(schema.PARAMETER_YAML_SUBCLASSES):
        bare = required(model)
        kind = bare["parameter_type"]
        if kind == "workflow":
            for each in schema.WorkflowParameterType:
                fields = {**bare, "workflow_parameter_type": each.value}
                yield {
                    "name": f"workflow {each.value}",
                    "definition": document(parameters=[fields]),
                }
        yield {"name": f"parameter {kind} bare", "definition": document(parameters=[bare])}
        more = document(parameters=[{**LATER, **bare}])
        yield {"name": f"parameter {kind} with later fields", "definition": more}
        yield from with_each_field(
            f"parameter {kind}", model, lambda fields: document(parameters=[fields])
        )


def top_level() -> Iterator[Fields]:
    bare = document()
    yield from with_each_field(
        "document",
        schema.WorkflowCreateYAMLRequest,
        lambda fields: {**fields, "workflow_definition": bare["workflow_definition"]},
    )
    yield {"name": "document with later fields", "definition": {**document(**LATER), **LATER}}
    empty = document()
    empty["workflow_definition"]["blocks"] = []
    yield {"name": "document without blocks", "definition": empty}
    taken = [each for each in schema.WorkflowDefinitionYAML.model_fields
             if each not in ("blocks", "parameters")]  # fmt: skip
    for name in taken:
        for value in field_values(schema.WorkflowDefinitionYAML, name):
            definition = document(**{name: value})
            if not is_taken(definition):
                yield {"name": f"body.{name} {value!r:.30}", "definition": definition}


def main(file: Path) -> None:
    """Writes them to a file; the client logs to standard output."""
    lines = []
    for each in (*blocks(), *parameters(), *top_level()):
        refused = each.get("refused") or is_taken(each.get("definition", {}))
        lines.append(json.dumps({"name": each["name"], "refused": refused} if refused else each))
    file.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
