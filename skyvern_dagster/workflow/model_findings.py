"""Pydantic's complaints about a document, in words and with their places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.dagster_section import SECTION_MODELS, DagsterSection
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean
from skyvern_dagster.workflow.invented_words import BLOCK_TYPES, SHAPES, VALUES, meant_field
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS
from skyvern_dagster.workflow.partition_settings import PARTITION_TYPES
from skyvern_dagster.workflow.skyvern_export import WRAPPERS

_WANTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "a mapping",
    "model_type": "a mapping",
    "string_type": "a text",
}
"""Pydantic's error types -> what they ask for."""

_OWN_SHAPES = frozenset({("a mapping", "blocks"), ("a mapping", "loop_blocks")})
"""What is said of a list that doesn't help with one of its items."""

_TYPES: dict[str, Collection[str]] = {
    "parameter_type": PARAMETER_MODELS,
    "type": PARTITION_TYPES,
}
"""Discriminator -> the values that there are; else block types are told apart by it."""


def model_findings(document: Document, error: ValidationError) -> Iterator[Finding]:
    """One finding for each place that the model refuses."""
    seen: set[tuple[Path, str]] = set()
    for detail in error.errors(include_url=False):
        path = _document_path(detail, document.data)
        message, hint = _words(detail, path, document)
        if (path, message) not in seen:
            seen.add((path, message))
            yield document.finding(path, message, hint)


def _document_path(detail: ErrorDetails, data: Any) -> Path:
    """Pydantic's location without the union tags that it puts in."""
    path: list[str | int] = []
    value = data
    last = len(detail["loc"]) - 1
    for index, part in enumerate(detail["loc"]):
        is_missing = index == last and detail["type"] == "missing"
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            if not is_missing:
                continue
        path.append(part)
    if detail["type"] == "union_tag_invalid":
        path.append(_discriminator(detail))
    return tuple(path)


def _words(detail: ErrorDetails, path: Path, document: Document) -> tuple[str, str]:
    field, given = _name(path), detail["input"]
    if (wanted := _WANTED.get(detail["type"])) is not None:
        return f"{field} must be {wanted}, not {_kind(given)}", _shape_hint(path, wanted, given)
    match detail["type"]:
        case "missing":
            return f"{field} is missing", f"add {path[-1]!r}"
        case "union_tag_not_found":
            return f"{_discriminator(detail)!r} is missing", f"add {_discriminator(detail)!r}"
        case "union_tag_invalid":
            return _unknown_type(detail)
        case "extra_forbidden":
            return f"unknown field {field}", _place_for(str(path[-1]), path, document.data)
        case "too_short" | "string_too_short":
            return f"{field} must not be empty", ""
        case "literal_error":
            return _unknown_word(field, given, str(detail["ctx"]["expected"]))
        case "value_error":
            return f"{field} {detail['ctx']['error']}", ""
        case _:
            message = detail["msg"].removeprefix("Input ")
            return f"{field} {message}, not {_kind(given)}", ""


def _shape_hint(path: Path, wanted: str, given: Any) -> str:
    """How a value is written that stands there in another form."""
    if wanted == "a text" and isinstance(given, bool | int | float):
        return "put it in quotes"
    if not path:
        return "a definition has a title and, under workflow_definition, parameters and blocks"
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if (hint := SHAPES.get(name)) and given not in (None, "") and (wanted, name) not in _OWN_SHAPES:
        return hint
    return f"write it as [{given}]" if wanted == "a list" and isinstance(given, str) else ""


def _unknown_word(field: str, given: Any, expected: str) -> tuple[str, str]:
    known = expected.replace(" or ", ", ").replace("'", "").split(", ")
    meant = VALUES.get(str(given).casefold())
    hint = f"did you mean {meant!r}?" if meant in known else did_you_mean(str(given), known)
    return f"{field} must be {expected}, not {given!r}", hint


def _unknown_type(detail: ErrorDetails) -> tuple[str, str]:
    tag, which = str(detail["ctx"]["tag"]), _discriminator(detail)
    known = _TYPES.get(which) or block_types()
    message = f"{which} {tag!r} is not supported"
    supported = f"supported: {', '.join(known)}"
    word = re.sub(r"[\s-]+", "_", tag.strip().casefold())
    meant = word if word in known else BLOCK_TYPES.get(word, "")
    is_meant = meant in known and which == "block_type"
    similar = f"did you mean {meant!r}?" if is_meant else did_you_mean(word, known)
    return message, "; ".join(filter(None, (similar, supported)))


def _discriminator(detail: ErrorDetails) -> str:
    return str(detail["ctx"]["discriminator"]).strip("'")


def _place_for(field: str, path: Path, data: Any) -> str:
    """What to do about an unknown field: the name it may be a slip of, or where it belongs."""
    here = _model_at(path[:-1], data)
    if here is WorkflowDefinition and field in WRAPPERS:
        return f"the definition is what stands in {field}; skyvern-dagster import takes both"
    if meant := meant_field(field, here.model_fields):
        return f"did you mean {meant!r}?"
    if here is not WorkflowDefinition and field in WorkflowDefinition.model_fields:
        return "it belongs to the top level of the document"
    if here is not DefinitionBody and field in DefinitionBody.model_fields:
        return "it belongs under workflow_definition"
    if hint := did_you_mean(field, here.model_fields):
        return hint
    if here is WorkflowDefinition and (meant := meant_field(field, DefinitionBody.model_fields)):
        return f"did you mean {meant!r}, under workflow_definition?"
    return "remove it"


def _model_at(path: Path, data: Any) -> type[BaseModel]:
    fields = data
    for part in path:
        fields = fields[part]
    if not path:
        return WorkflowDefinition
    if path[0] == "dagster":
        return _section_model(path[1:])
    if path[1:2] == ("parameters",):
        return PARAMETER_MODELS[fields["parameter_type"]]
    if path[1:2] == ("blocks",):
        return _block_model(path, data)
    return _nested(DefinitionBody, path[1:])


def _block_model(path: Path, data: Any) -> type[BaseModel]:
    """The model of a place in a block: its own, or that of a mapping in it."""
    value, model, rest = data, Block, path
    for place, part in enumerate(path, start=1):
        value = value[part]
        if isinstance(part, int) and path[place - 2] in ("blocks", "loop_blocks"):
            model, rest = block_types().get(str(value.get("block_type")), Block), path[place:]
    return _nested(model, rest)


def _nested(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """The model of a field's mapping, or of the mappings in its list."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)


def _section_model(path: Path) -> type[BaseModel]:
    """The model of a place in the ``dagster`` section."""
    model: type[BaseModel] = DagsterSection
    for part in path:
        model = SECTION_MODELS.get(str(part), model)
    return model


def _name(path: Path) -> str:
    match path:
        case ():
            return "the document"
        case (*_, "blocks" | "loop_blocks", int(index)):
            return f"block {index + 1}"
        case (*_, int(index)):
            return f"item {index + 1} of {path[-2]!r}"
        case _:
            return repr(path[-1])


def _kind(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a mapping"
