"""What the model alone can't see: names that don't exist, stand twice, or come too late."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from skyvern_dagster.workflow.block_checks import block_findings
from skyvern_dagster.workflow.brace_checks import brace_findings
from skyvern_dagster.workflow.dagster_checks import dagster_findings
from skyvern_dagster.workflow.dagster_section import DagsterSection
from skyvern_dagster.workflow.declarations import Outline, read_outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.document_texts import document_text_findings
from skyvern_dagster.workflow.findings import MOST_FINDINGS, Finding
from skyvern_dagster.workflow.flow_checks import flow_findings
from skyvern_dagster.workflow.label_checks import label_findings
from skyvern_dagster.workflow.name_checks import NameChecks
from skyvern_dagster.workflow.parameter_checks import parameter_findings
from skyvern_dagster.workflow.path_checks import path_findings
from skyvern_dagster.workflow.schema_checks import schema_findings
from skyvern_dagster.workflow.secret_checks import secret_findings


def check(document: Document) -> Iterator[Finding]:
    """All findings that need the whole definition, also where parts of it are wrong."""
    outline = read_outline(document.data)
    section = _section(document.data)
    for findings in (
        parameter_findings(outline, document),
        label_findings(outline, document),
        flow_findings(outline, document),
        NameChecks(outline, document).findings(),
        path_findings(outline, document),
        brace_findings(outline, document),
        schema_findings(outline, document),
        _beginning(outline, document),
        secret_findings(outline, document),
        block_findings(outline, document),
        document_text_findings(outline, document),
        () if section is None else dagster_findings(section, outline, document),
    ):
        yield from islice(findings, MOST_FINDINGS)


def _section(data: Any) -> DagsterSection | None:
    """The ``dagster`` section, unless it is so wrong that the model says what must be said."""
    given = data.get("dagster") if isinstance(data, dict) else None
    try:
        return DagsterSection.model_validate(given) if isinstance(given, dict) else None
    except ValidationError:
        return None


def _beginning(outline: Outline, document: Document) -> Iterator[Finding]:
    first = next((block for block in outline.walk() if block.model.uses_browser()), None)
    if first is not None and first.model.is_task and not first.fields.get("url"):
        yield document.finding(
            first.path,
            "the first task has no address to begin at",
            "add 'url'",
            severity="warning",
        )
