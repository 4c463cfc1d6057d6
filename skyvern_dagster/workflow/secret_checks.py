"""Secrets that stand in a definition, and parameters that will hold one."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from skyvern_dagster.credentials.secret_texts import secrets_in
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.rendering import is_template, names_used
from skyvern_dagster.workflow.declarations import BlockOutline, Outline, ParameterOutline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding
from skyvern_dagster.workflow.parameters import WorkflowParameter

_TOLD_IN = ("title", "navigation_goal", "data_extraction_goal")
_RESOLVED_IN = frozenset({"url", "navigation_goal", "data_extraction_goal"})
"""Where a reference becomes its value: in what is typed, and in an address."""


def secret_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Warnings; values are never shown."""
    for parameter in outline.parameters:
        if _is_secret(parameter):
            yield from _of_parameter(parameter, outline, document)
    for block in outline.walk():
        yield from _told(block, document)


def _of_parameter(
    parameter: ParameterOutline, outline: Outline, document: Document
) -> Iterator[Finding]:
    yield document.finding(
        (*parameter.path, "key"),
        f"parameter {parameter.key!r} looks like a secret: its value is put away before a run is "
        "made, but whoever starts the run has to send it",
        "a credential or aws_secret parameter keeps it on the server",
        "warning",
    )
    if parameter.fields.get("default_value") not in (None, ""):
        yield document.finding(
            (*parameter.path, "default_value"),
            f"the default of {parameter.key!r} is a secret that everybody who sees the definition "
            "can read",
            "make it a credential or aws_secret parameter",
            "warning",
        )
    for block in outline.walk():
        for text in block.model.texts_in(block.fields):
            is_used = text.text == parameter.key or _mentions(text.text, parameter.key)
            if is_used and text.path[0] not in _RESOLVED_IN:
                yield document.finding(
                    (*block.path, *text.path),
                    f"{parameter.key!r} looks like a secret, so this gives a reference to it "
                    f"(secret://{parameter.key}) and not its value",
                    "rename the parameter if it is none",
                    "warning",
                )


def _told(block: BlockOutline, document: Document) -> Iterator[Finding]:
    for name in _TOLD_IN:
        text = block.fields.get(name)
        if isinstance(text, str) and secrets_in(text):
            yield document.finding(
                (*block.path, name),
                "this text tells a secret, which everybody who sees the definition can read",
                "make it a credential parameter and name that in parameter_keys",
                "warning",
            )


def _is_secret(parameter: ParameterOutline) -> bool:
    if parameter.kind != "workflow":
        return False
    try:
        return WorkflowParameter.model_validate(parameter.fields).is_secret
    except ValidationError:  # another check says what is wrong with it
        return False


def _mentions(text: str, key: str) -> bool:
    if not is_template(text):
        return False
    try:
        return key in names_used(text)
    except TemplateError:
        return False
