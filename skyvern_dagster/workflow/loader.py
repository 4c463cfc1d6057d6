"""From a YAML file to a checked workflow: all findings at once, each with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from skyvern_dagster.blocks.union import BLOCK_TYPES
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.ids import stable_id
from skyvern_dagster.workflow.checks import check
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.document import Document, parse
from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError, Path
from skyvern_dagster.workflow.inert import without_inert_fields
from skyvern_dagster.workflow.parameters import PARAMETER_TYPES

_INHERITED_TYPES = frozenset(
    {"bitwarden_login_credential", "bitwarden_sensitive_information", "bitwarden_credit_card_data",
     "onepassword", "azure_vault_credential"}
)  # fmt: skip


@dataclass(frozen=True)
class Workflow:
    """A definition that has passed all checks.

    Attributes:
        name: Name for jobs and files (``[A-Za-z0-9_]+``).
        definition: The model.
        text: The document as it was read.
        warnings: What has no effect.
    """

    name: str
    definition: WorkflowDefinition
    text: str
    warnings: tuple[Finding, ...] = ()

    @property
    def workflow_permanent_id(self) -> str:
        """``wpid_...``; for a file, made from its name."""
        return stable_id("wpid", self.name)


def load_workflow(path: str | FilePath) -> Workflow:
    """Reads and checks a workflow definition from a YAML file.

    Example:
        .. code-block:: python

            workflow = load_workflow("workflows/invoice_retrieval.yaml")
            job = build_job(workflow)

    Raises:
        DefinitionError: The file can't be read, or has errors; the message lists all of them as
            ``file:line:column: error: ...``.
    """
    file = FilePath(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DefinitionError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: can't be read: {error}") from error
    return load_text(text, source=str(path), name=file.stem)


def load_text(text: str, *, source: str, name: str) -> Workflow:
    """Reads and checks a workflow definition from text.

    Args:
        source: What messages call the document.
        name: Name for jobs; other characters than letters, digits and ``_`` become ``_``.

    Raises:
        DefinitionError: It has errors.
    """
    document = parse(text, source)
    cleaned, findings = without_inert_fields(document)
    definition: WorkflowDefinition | None = None
    try:
        definition = WorkflowDefinition.model_validate(cleaned)
    except ValidationError as error:
        findings += [_finding(document, detail) for detail in _distinct(error)]
    else:
        findings += check(definition, document)
    findings += [
        Finding("error", source, place, f"{path[-1]!r} stands twice", "remove one of them")
        for path, place in document.repeated
    ]
    findings.sort(key=lambda each: (each.position.line, each.position.column))
    if definition is None or any(finding.severity == "error" for finding in findings):
        raise InvalidDefinitionError(tuple(findings))
    return Workflow(clean_name(name), definition, text, tuple(findings))


def clean_name(text: str) -> str:
    """A name that Dagster accepts for jobs and ops."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
    return name or "workflow"


def _distinct(error: ValidationError) -> Iterator[ErrorDetails]:
    seen = set()
    for detail in error.errors(include_url=False):
        place = (detail["loc"], detail["type"])
        if place not in seen:
            seen.add(place)
            yield detail


def _finding(document: Document, detail: ErrorDetails) -> Finding:
    path = _document_path(detail["loc"], document.data)
    message, hint = _words(detail, path)
    return Finding(
        "error",
        document.source,
        document.position(path),
        message,
        hint,
        document.block_label(path),
    )


def _document_path(loc: tuple[int | str, ...], data: Any) -> Path:
    """Pydantic's location without the union tags that it puts in."""
    path: list[str | int] = []
    value = data
    for index, part in enumerate(loc):
        is_last = index == len(loc) - 1
        if isinstance(value, dict) and part not in value and not is_last:
            continue
        path.append(part)
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
    return tuple(path)


def _words(detail: ErrorDetails, path: Path) -> tuple[str, str]:
    field = str(path[-1]) if path else "the document"
    match detail["type"]:
        case "missing":
            return f"{field!r} is missing", f"add {field!r}"
        case "extra_forbidden":
            return f"unknown field {field!r}", _similar(field, detail)
        case "union_tag_invalid":
            return _unknown_tag(detail)
        case "union_tag_not_found":
            tag = str(detail["ctx"]["discriminator"]).strip("'")
            return f"{tag!r} is missing", f"add {tag!r}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{field!r} must be a mapping, not {_kind(detail['input'])}", ""
        case "list_type":
            return f"{field!r} must be a list, not {_kind(detail['input'])}", ""
        case "too_short":
            return f"{field!r} must not be empty", ""
        case _:
            return f"{field!r}: {detail['msg'][0].lower()}{detail['msg'][1:]}", ""


def _unknown_tag(detail: ErrorDetails) -> tuple[str, str]:
    tag = str(detail["ctx"]["tag"])
    which = str(detail["ctx"]["discriminator"]).strip("'")
    known: tuple[str, ...] = tuple(BLOCK_TYPES) if which == "block_type" else PARAMETER_TYPES
    if tag in _INHERITED_TYPES:
        return (
            f"{which} {tag!r} is not supported",
            "use parameter_type: credential and give the login through a secret source",
        )
    close = difflib.get_close_matches(tag, known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{which} {tag!r} is not supported", f"{hint}supported: {', '.join(known)}"


def _similar(field: str, detail: ErrorDetails) -> str:
    candidates: set[str] = set(WorkflowDefinition.model_fields) | set(DefinitionBody.model_fields)
    for part in detail["loc"]:
        if isinstance(part, str) and part in BLOCK_TYPES:
            candidates = set(BLOCK_TYPES[part].model_fields)
    close = difflib.get_close_matches(field, candidates, n=1)
    return f"did you mean {close[0]!r}?" if close else "remove it"


def _kind(value: Any) -> str:
    names = {"NoneType": "empty", "dict": "a mapping", "list": "a list", "str": "a text"}
    return names.get(type(value).__name__, f"a {type(value).__name__}")
