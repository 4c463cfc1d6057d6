"""Fields of Skyvern's current format that are accepted and have no effect here."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from skyvern_dagster.blocks.union import BLOCK_TYPES
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path

_BLOCKS: Path = ("workflow_definition", "blocks")


def without_inert_fields(document: Document) -> tuple[Any, list[Finding]]:
    """The document's data without the fields that have no effect, and a warning for each."""
    findings: list[Finding] = []
    data = document.data
    if not isinstance(data, dict):
        return data, findings
    data = _clean(data, WorkflowDefinition, (), document, findings)
    body = data.get("workflow_definition")
    if isinstance(body, dict):
        body = _clean(body, DefinitionBody, ("workflow_definition",), document, findings)
        if "blocks" in body:
            body["blocks"] = _clean_blocks(body["blocks"], _BLOCKS, document, findings)
        data["workflow_definition"] = body
    return data, findings


def _clean_blocks(blocks: Any, path: Path, document: Document, findings: list[Finding]) -> Any:
    if not isinstance(blocks, list):
        return blocks
    return [
        _clean_block(block, (*path, index), document, findings)
        if isinstance(block, dict)
        else block
        for index, block in enumerate(blocks)
    ]


def _clean_block(
    block: dict[Any, Any], path: Path, document: Document, findings: list[Finding]
) -> dict[Any, Any]:
    cleaned = _clean(block, BLOCK_TYPES.get(str(block.get("block_type"))), path, document, findings)
    if "loop_blocks" in cleaned:
        inner = (*path, "loop_blocks")
        cleaned["loop_blocks"] = _clean_blocks(cleaned["loop_blocks"], inner, document, findings)
    return cleaned


def _clean(
    value: dict[Any, Any],
    model: type[BaseModel] | None,
    path: Path,
    document: Document,
    findings: list[Finding],
) -> dict[Any, Any]:
    inert: frozenset[str] = getattr(model, "inert_fields", frozenset())
    findings += [
        _warning(document, path, field)
        for field in sorted(inert & value.keys())
        if value[field] not in (None, False, "", {}, [])
    ]
    kept = model.model_fields.keys() if model is not None else set()
    return {field: item for field, item in value.items() if field not in inert or field in kept}


def _warning(document: Document, path: Path, field: str) -> Finding:
    return Finding(
        "warning",
        document.source,
        document.position((*path, field)),
        f"{field!r} has no effect here",
        block=document.block_label(path),
    )
