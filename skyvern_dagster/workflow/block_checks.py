"""What blocks will lack when they are carried out: a language model, or what they say."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.settings import NO_MODEL, settings_from
from skyvern_dagster.workflow.declarations import Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding


def block_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """A warning for each: the definition is right, and will not run here as it is."""
    is_told = has_model()
    for block in outline.walk():
        for path, message, hint in block.model.warnings_in(block.fields):
            yield document.finding((*block.path, *path), message, hint, severity="warning")
        use = None if is_told else block.model.model_use(block.fields)
        if use is None:
            continue
        ends = "it will fail" if use.required else "that won't be looked at"
        message = f"the block {use.what}, and no language model is configured here: {ends}"
        yield document.finding(block.path, message, NO_MODEL, severity="warning")


def has_model() -> bool:
    """Whether a language model is configured here."""
    try:
        return settings_from().is_configured
    except PlannerError:  # a malformed setting is told where the model is asked
        return True
