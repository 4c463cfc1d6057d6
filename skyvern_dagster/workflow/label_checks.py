"""What is wrong with the labels of a definition's blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skyvern_dagster.workflow.declarations import Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding
from skyvern_dagster.workflow.op_names import LONGEST_LABEL, OWN_ENDINGS, RESERVED_OP_NAMES
from skyvern_dagster.workflow.parameters import RESERVED_KEYS


def label_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Labels that can't be an op's name or stand twice."""
    seen: dict[str, str] = {}
    for block in outline.walk():
        if "label" not in block.fields or not isinstance(block.fields["label"], str):
            continue  # the model says so
        place, label = (*block.path, "label"), block.label
        if problem := _problem(label, outline):
            yield document.finding(place, *problem)
        elif (before := seen.get(label.casefold())) is not None:
            message = f"label {label!r} stands twice"
            if before != label:
                message = f"label {label!r} differs from {before!r} in case only"
            yield document.finding(place, message, "rename one of the blocks")
        seen.setdefault(label.casefold(), label)


def _problem(label: str, outline: Outline) -> tuple[str, str] | None:
    if not re.fullmatch(r"[A-Za-z0-9_]+", label):
        instead = re.sub(r"[^A-Za-z0-9_]+", "_", label).strip("_")
        hint = f"for instance {instead!r}" if instead else "give the block a name"
        return f"label {label!r} must have letters, digits and _ only", hint
    if len(label) > LONGEST_LABEL:
        return f"label {label[:20]!r}... is longer than {LONGEST_LABEL} characters", "shorten it"
    if label in RESERVED_OP_NAMES | RESERVED_KEYS or label.endswith(OWN_ENDINGS):
        return f"label {label!r} is reserved", f"for instance {label + '_block'!r}"
    if label.endswith("_output") and label.removesuffix("_output") in outline.labels:
        return f"label {label!r} is the name of another block's output", "rename the block"
    return None
