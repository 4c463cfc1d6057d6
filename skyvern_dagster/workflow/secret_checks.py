"""Secrets that stand in a definition, and parameters that will hold one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pydantic import ValidationError

from skyvern_dagster.credentials.secret_texts import secrets_in
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.rendering import is_template, names_used
from skyvern_dagster.workflow.declarations import BlockOutline, Outline, ParameterOutline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path
from skyvern_dagster.workflow.parameters import WorkflowParameter

_TOLD_IN = ("title", "navigation_goal", "data_extraction_goal")
_RESOLVED_IN = frozenset({"url", "navigation_goal", "data_extraction_goal"})
"""Where a reference becomes its value: in what is typed, and in an address."""


def secret_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Warnings; values are never shown."""
    secret = [parameter for parameter in outline.parameters if _is_secret(parameter)]
    uses = _uses({parameter.key for parameter in secret}, outline)
    for parameter in secret:
        yield from _of_parameter(parameter, uses, document)
    for block in outline.walk():
        yield from _told(block, document)


def _of_parameter(
    parameter: ParameterOutline, uses: Mapping[str, Sequence[Path]], document: Document
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
    for place in uses.get(parameter.key, ()):
        yield document.finding(
            place,
            f"{parameter.key!r} looks like a secret, so this gives a reference to it "
            f"(secret://{parameter.key}) and not its value",
            "rename the parameter if it is none",
            "warning",
        )


def _uses(keys: AbstractSet[str], outline: Outline) -> dict[str, list[Path]]:
    """Where each key is used in a text that doesn't get its value."""
    uses: dict[str, list[Path]] = defaultdict(list)
    for block in outline.walk() if keys else ():
        for text in block.model.texts_in(block.fields):
            if text.path[0] not in _RESOLVED_IN:
                for key in sorted(keys & {text.text, *_mentioned(text.text)}):
                    uses[key].append((*block.path, *text.path))
    return uses


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


def _mentioned(text: str) -> frozenset[str]:
    if not is_template(text):
        return frozenset()
    try:
        return names_used(text)
    except TemplateError:
        return frozenset()
