"""What is wrong with a definition's parameters beyond their own fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.declarations import Outline, ParameterOutline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, did_you_mean
from skyvern_dagster.workflow.parameters import RESERVED_KEYS, ValueType, coerce


def parameter_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Keys that stand twice or are taken, sources that aren't there, defaults that don't fit."""
    seen: Counter[str] = Counter()
    for parameter in outline.parameters:
        seen[parameter.key] += 1
        place = (*parameter.path, "key")
        if parameter.key and seen[parameter.key] > 1:
            yield document.finding(
                place, f"parameter key {parameter.key!r} stands twice", "rename one"
            )
        elif parameter.kind != "output" and (message := _taken(parameter.key, outline)):
            yield document.finding(place, message, "rename it")
        elif parameter.key in outline.labels:
            message = f"parameter key {parameter.key!r} is a block's label, too"
            hint = "once that block is done, it stands for its output"
            yield document.finding(place, message, hint, "warning")
        yield from _of_its_kind(parameter, outline, document)


def _taken(key: str, outline: Outline) -> str:
    if key in RESERVED_KEYS:
        return f"parameter key {key!r} is reserved"
    if key.endswith("_output") and key.removesuffix("_output") in outline.labels:
        return f"parameter key {key!r} is the name of a block's output"
    return ""


def _of_its_kind(
    parameter: ParameterOutline, outline: Outline, document: Document
) -> Iterator[Finding]:
    match parameter.kind:
        case "output" if parameter.key.removesuffix("_output") not in outline.labels:
            yield document.finding(
                (*parameter.path, "parameter_type"),
                "output parameters exist by themselves as '<label>_output'",
                "remove it",
                "warning",
            )
        case "context":
            yield from _source(parameter, outline, document)
        case "workflow":
            yield from _default(parameter, document)
        case _:
            return


def _source(parameter: ParameterOutline, outline: Outline, document: Document) -> Iterator[Finding]:
    place = (*parameter.path, "source_parameter_key")
    known = outline.sources
    if parameter.source and parameter.source not in known:
        yield document.finding(
            place,
            f"unknown source {parameter.source!r}",
            did_you_mean(parameter.source, known) or "it is a parameter or '<label>_output'",
        )
    elif parameter.key in outline.circular:
        yield document.finding(place, f"context parameter {parameter.key!r} is its own source")


def _default(parameter: ParameterOutline, document: Document) -> Iterator[Finding]:
    default = parameter.fields.get("default_value")
    given = parameter.fields.get("workflow_parameter_type") or "string"
    kind: ValueType | None = next((each for each in get_args(ValueType) if each == given), None)
    if default is None or kind is None:
        return
    try:
        coerce(parameter.key, kind, default)
    except ParameterError as error:
        place = (*parameter.path, "default_value")
        yield document.finding(
            place, f"the default doesn't fit: {error}", "a run needs another value", "warning"
        )
