"""Pydantic's complaints about a document, in words and with their places."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.definition import WorkflowDefinition
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import MOST_FINDINGS, Finding, Path, did_you_mean
from skyvern_dagster.workflow.invented_words import BLOCK_TYPES, SHAPES, VALUES
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS
from skyvern_dagster.workflow.partition_settings import PARTITION_TYPES
from skyvern_dagster.workflow.unknown_fields import UnknownFields, without

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


def as_model(document: Document, data: Any) -> tuple[WorkflowDefinition | None, list[Finding]]:
    """A document's data as the model, without the unknown fields that are no mistakes.

    Args:
        document: For places, and as it was read.
        data: What of it has an effect.

    Returns:
        None where the model refuses it; and what is to be said, one finding for each place.
    """
    judge, findings = UnknownFields(document), dict[Finding, None]()
    left_out: set[Path] = set()
    while True:
        try:
            return WorkflowDefinition.model_validate(data), list(findings)
        except ValidationError as error:
            told, passed_over = _findings(document, error, judge)
        findings |= dict.fromkeys(islice(told, MOST_FINDINGS))
        if left_out.issuperset(passed_over) or any(each.severity == "error" for each in told):
            return None, list(findings)
        left_out.update(passed_over)
        data = without(data, passed_over)


def _findings(
    document: Document, error: ValidationError, judge: UnknownFields
) -> tuple[dict[Finding, None], list[Path]]:
    """What is said of all that the model refuses, and which fields it goes without."""
    told: dict[Finding, None] = {}
    passed_over: list[Path] = []
    for detail in error.errors(include_url=False):
        path = _document_path(detail, document.data)
        if detail["type"] != "extra_forbidden":
            told[document.finding(path, *_words(detail, path))] = None
            continue
        finding = judge.finding(path)
        if finding is not None:
            told[finding] = None
        if finding is None or finding.severity == "warning":
            passed_over.append(path)
    return told, passed_over


def _document_path(detail: ErrorDetails, data: Any) -> Path:
    """Pydantic's location without the union tags that it puts in."""
    path: list[str | int] = []
    value = data
    last = len(detail["loc"]) - 1
    for index, part in enumerate(detail["loc"]):
        is_missing = index == last and detail["type"] == "missing"
        if path and isinstance(path[-1], int) and _is_tag(part, value):
            continue  # ``code`` is a type of block, and a field of it
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            if not is_missing:
                continue
        path.append(part)
    if detail["type"] == "union_tag_invalid":
        path.append(_discriminator(detail))
    return tuple(path)


def _is_tag(part: str | int, value: Any) -> bool:
    """Whether it says which type of the block, or the parameter, the rest is about."""
    fields = value if isinstance(value, dict) else {}
    return part in (fields.get("block_type"), fields.get("parameter_type"))


def _words(detail: ErrorDetails, path: Path) -> tuple[str, str]:
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
