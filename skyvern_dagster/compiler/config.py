"""A workflow's parameters as a typed Dagster config, so that the launchpad knows them."""

from __future__ import annotations

from functools import partial
from typing import Any

import dagster as dg
from pydantic import Field, create_model

from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import ValueType, WorkflowParameter, coerce

_FIELD = "parameter_"

_TYPES: dict[ValueType, Any] = {
    "string": str,
    "file_url": str,
    "credential_id": str,
    "integer": int,
    "float": float,
    "boolean": bool,
    "json": Any,
}


def parameters_config(workflow: Workflow, launch: CompileTarget | None = None) -> type[dg.Config]:
    """The config class of a workflow's ``workflow`` parameters, which are its aliases.

    What partitions give is not among them, and what the launch gives is the default.

    A field of its own name would collide with pydantic's where a parameter is called ``copy`` or
    ``model_config``, and can't begin with an underscore.
    """
    given = launch.parameters if launch else {}
    elsewhere = launch.partition_parameters if launch else frozenset()
    fields: dict[str, Any] = {
        f"{_FIELD}{parameter.key}": _field(parameter, given.get(parameter.key))
        for parameter in workflow.definition.workflow_parameters
        if parameter.key not in elsewhere
    }
    return create_model(f"{workflow.name}_parameters", __base__=dg.Config, **fields)


def parameters_mapping(config: type[dg.Config], op_name: str) -> dg.ConfigMapping:
    """Maps the graph's config (``ops: {config: {...}}``) onto the op that checks the parameters."""

    def to_start(val: Any) -> dict[str, Any]:
        return {op_name: {"config": given_values(val)}}

    to_start.__annotations__ = {"val": config, "return": dict[str, Any]}
    return dg.config_mapping(to_start)


def given_values(config: dg.Config) -> dict[str, Any]:
    """Parameter key -> value."""
    return {name.removeprefix(_FIELD): getattr(config, name) for name in type(config).model_fields}


def run_config(parameters: dict[str, Any]) -> dict[str, Any]:
    """Run config for a job built from a workflow."""
    return {"ops": {"config": parameters}}


def _field(parameter: WorkflowParameter, value: Any) -> Any:
    kind = _TYPES[parameter.workflow_parameter_type]
    if parameter.is_secret and kind is not str:
        kind = Any  # a reference stands there, once the value has been put away
    described = partial(Field, alias=parameter.key, description=parameter.description or "")
    given = parameter.default_value if value is None else value
    if given is None:
        return kind, described()
    default = coerce(parameter.key, parameter.workflow_parameter_type, given)
    return kind, described(default=default)
