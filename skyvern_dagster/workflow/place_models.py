"""Which model says what may stand at a place of a document."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.dagster_section import SECTION_MODELS, DagsterSection
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.findings import Path
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS


def model_at(path: Path, data: Any) -> type[BaseModel]:
    """The model of the mapping at a path."""
    fields = data
    for part in path:
        fields = fields[part]
    if not path:
        return WorkflowDefinition
    if path[0] == "dagster":
        return _section_model(path[1:])
    if path[1:2] == ("parameters",):
        return PARAMETER_MODELS[fields["parameter_type"]]
    if path[1:2] == ("blocks",):
        return _block_model(path, data)
    return _nested(DefinitionBody, path[1:])


def _block_model(path: Path, data: Any) -> type[BaseModel]:
    """The model of a place in a block: its own, or that of a mapping in it."""
    value, model, rest = data, Block, path
    for place, part in enumerate(path, start=1):
        value = value[part]
        if isinstance(part, int) and path[place - 2] in ("blocks", "loop_blocks"):
            model, rest = block_types().get(str(value.get("block_type")), Block), path[place:]
    return _nested(model, rest)


def _nested(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """The model of a field's mapping, or of the mappings in its list."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)


def _section_model(path: Path) -> type[BaseModel]:
    """The model of a place in the ``dagster`` section."""
    model: type[BaseModel] = DagsterSection
    for part in path:
        model = SECTION_MODELS.get(str(part), model)
    return model
