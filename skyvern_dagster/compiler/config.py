"""A workflow's parameters as a typed Dagster config, so that the launchpad knows them."""

from __future__ import annotations

from typing import Any

import dagster as dg
from pydantic import Field, create_model

from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import ValueType, WorkflowParameter

_TYPES: dict[ValueType, Any] = {
    "string": str,
    "file_url": str,
    "integer": int,
    "float": float,
    "boolean": bool,
    "json": Any,
}


def parameters_config(workflow: Workflow) -> type[dg.Config]:
    """The config class of a workflow's ``workflow`` parameters."""
    fields: dict[str, Any] = {
        parameter.key: _field(parameter) for parameter in workflow.definition.workflow_parameters
    }
    return create_model(f"{workflow.name}_parameters", __base__=dg.Config, **fields)


def parameters_mapping(config: type[dg.Config], op_name: str) -> dg.ConfigMapping:
    """Maps the graph's config (``ops: {config: {...}}``) onto the op that checks the parameters."""

    def to_start(val: Any) -> dict[str, Any]:
        return {op_name: {"config": {key: getattr(val, key) for key in type(val).model_fields}}}

    to_start.__annotations__ = {"val": config, "return": dict[str, Any]}
    return dg.config_mapping(to_start)


def run_config(parameters: dict[str, Any]) -> dict[str, Any]:
    """Run config for a job built from a workflow."""
    return {"ops": {"config": parameters}}


def _field(parameter: WorkflowParameter) -> Any:
    kind = _TYPES[parameter.workflow_parameter_type]
    description = parameter.description or ""
    if parameter.required:
        return kind, Field(description=description)
    return kind, Field(default=parameter.default_value, description=description)
