"""Fields of Skyvern's current format that are accepted and have no effect here.

Its exports write every field out: what is empty, or says what happens anyway, needs no warning.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.declarations import BODY
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS

_BLOCKS: Path = (*BODY, "blocks")
_PARAMETERS: Path = (*BODY, "parameters")

_NO_NEWS: dict[str, tuple[object, ...]] = {
    "ai_fallback": (True,),
    "complete_verification": (True,),
    "engine": ("skyvern-1.0",),
    "run_with": ("agent",),
    "status": ("published",),
    "version": (1, 2),
}
_CHECKED = frozenset({"next_block_label"})
"""Said about elsewhere, where they do not agree with what happens."""


def without_inert_fields(document: Document) -> tuple[Any, list[Finding]]:
    """The data without the fields that have no effect (a warning for each) or are empty."""
    findings: list[Finding] = []
    data = document.data
    if not isinstance(data, dict):
        return data, findings
    data = _clean(data, WorkflowDefinition, (), document, findings)
    body = data.get(BODY[0])
    if isinstance(body, dict):
        body = _clean(body, DefinitionBody, BODY, document, findings)
        if "blocks" in body:
            body["blocks"] = _clean_blocks(body["blocks"], _BLOCKS, document, findings)
        if isinstance(parameters := body.get("parameters"), list):
            body["parameters"] = [
                _clean_parameter(each, (*_PARAMETERS, index), document, findings)
                for index, each in enumerate(parameters)
            ]
        data[BODY[0]] = body
    return data, findings


def _clean_parameter(
    parameter: Any, path: Path, document: Document, findings: list[Finding]
) -> Any:
    if not isinstance(parameter, dict):
        return parameter
    model = PARAMETER_MODELS.get(str(parameter.get("parameter_type")))
    return _clean(parameter, model, path, document, findings)


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
    cleaned = _clean(
        block, block_types().get(str(block.get("block_type"))), path, document, findings
    )
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
        document.finding((*path, field), f"{field!r} has no effect here", severity="warning")
        for field in sorted(inert & value.keys() - _CHECKED)
        if value[field] not in (None, False, "", {}, [], *_NO_NEWS.get(field, ()))
    ]
    fields = model.model_fields if model is not None else {}
    return {
        field: item
        for field, item in value.items()
        if (field in fields or field not in inert) and not _is_left_out(fields.get(field), item)
    }


def _is_left_out(field: FieldInfo | None, value: Any) -> bool:
    return value is None and field is not None and not field.is_required()
