"""What is wrong with the labels of a definition's blocks."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.workflow.declarations import Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding
from skyvern_dagster.workflow.op_names import op_name
from skyvern_dagster.workflow.parameters import RESERVED_KEYS


def label_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Labels that can't be told apart, or stand for something else."""
    seen: dict[str, str] = {}
    for block in outline.walk():
        if "label" not in block.fields or not isinstance(block.fields["label"], str):
            continue  # the model says so
        place, label = (*block.path, "label"), block.label
        if problem := _problem(label, outline):
            yield document.finding(place, *problem)
        elif (before := seen.get(op_name(label).casefold())) is not None:
            message = f"label {label!r} stands twice"
            if before != label:
                message = f"label {label!r} differs from {before!r} in case only"
            yield document.finding(place, message, "rename one of the blocks")
        seen.setdefault(op_name(label).casefold(), label)


def _problem(label: str, outline: Outline) -> tuple[str, str] | None:
    if not label.strip():
        return f"label {label!r} is empty", "give the block a name"
    if label in RESERVED_KEYS:
        return f"label {label!r} is reserved", f"for instance {label + '_block'!r}"
    if label.endswith("_output") and label.removesuffix("_output") in outline.labels:
        return f"label {label!r} is the name of another block's output", "rename the block"
    return None
