"""What is wrong with the labels of a definition's blocks."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.workflow.declarations import Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding
from skyvern_dagster.workflow.op_names import op_name
from skyvern_dagster.workflow.parameters import RESERVED_KEYS

_RENAME = "rename one of the blocks"


def label_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Labels that can't be told apart, or stand for something else."""
    seen: dict[str, str] = {}
    for block in outline.walk():
        if "label" not in block.fields or not isinstance(block.fields["label"], str):
            continue  # the model says so
        place, label = (*block.path, "label"), block.label
        before = seen.get(op_name(label).casefold())
        if problem := _problem(label):
            yield document.finding(place, *problem)
        elif before == label:
            yield document.finding(place, f"label {label!r} stands twice", _RENAME)
        elif before is not None:
            message = f"label {label!r} differs from {before!r} in case only"
            yield document.finding(place, message, _RENAME, "warning")
        elif label.endswith("_output") and label.removesuffix("_output") in outline.labels:
            message = f"label {label!r} is the name of another block's output, too"
            hint = "once this block is done, it stands for its own output"
            yield document.finding(place, message, hint, "warning")
        seen.setdefault(op_name(label).casefold(), label)


def _problem(label: str) -> tuple[str, str] | None:
    if not label.strip():
        return f"label {label!r} is empty", "give the block a name"
    if label in RESERVED_KEYS:
        return f"label {label!r} is reserved", f"for instance {label + '_block'!r}"
    return None
