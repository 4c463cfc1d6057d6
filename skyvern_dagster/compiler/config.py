"""A workflow's parameters as a typed Dagster config, so that the launchpad knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import ValueType, WorkflowParameter, coerce

_TYPES: dict[ValueType, Any] = {
    "string": dg.StringSource,
    "file_url": dg.StringSource,
    "credential_id": dg.StringSource,
    "integer": dg.IntSource,
    "float": dg.Float,
    "boolean": dg.BoolSource,
    "json": dg.Any,
}


def parameters_schema(
    workflow: Workflow, launch: CompileTarget | None = None
) -> dict[str, dg.Field]:
    """The config fields of a workflow's ``workflow`` parameters.

    What partitions give is not among them, and what the launch gives is the default. Written as
    Dagster's fields: a ``dg.Config`` class for each workflow takes a millisecond more, and a code
    location may have hundreds.
    """
    given = launch.parameters if launch else {}
    elsewhere = launch.partition_parameters if launch else frozenset()
    return {
        parameter.key: _field(parameter, given.get(parameter.key))
        for parameter in workflow.definition.workflow_parameters
        if parameter.key not in elsewhere
    }


def parameters_mapping(schema: Mapping[str, dg.Field], op_name: str) -> dg.ConfigMapping:
    """Maps the graph's config (``ops: {config: {...}}``) onto the op that checks the parameters."""

    def to_start(given: Mapping[str, Any]) -> dict[str, Any]:
        return {op_name: {"config": dict(given)}}

    return dg.ConfigMapping(config_fn=to_start, config_schema=schema)


def run_config(parameters: dict[str, Any]) -> dict[str, Any]:
    """Run config for a job built from a workflow."""
    return {"ops": {"config": parameters}}


def _field(parameter: WorkflowParameter, value: Any) -> dg.Field:
    kind = _TYPES[parameter.workflow_parameter_type]
    if parameter.is_secret and kind is not dg.StringSource:
        kind = dg.Any  # a reference stands there, once the value has been put away
    given = parameter.default_value if value is None else value
    if given is None:
        return dg.Field(kind, description=parameter.description or "")
    default = coerce(parameter.key, parameter.workflow_parameter_type, given)
    return dg.Field(kind, description=parameter.description or "", default_value=default)
