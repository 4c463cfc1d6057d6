"""Holding the values given to a run against the declared parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.definition import WorkflowDefinition
from skyvern_dagster.workflow.findings import did_you_mean
from skyvern_dagster.workflow.parameters import coerce


def check_parameters(definition: WorkflowDefinition, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a run: given values as their declared types, defaults for the rest.

    Raises:
        ParameterError: A required one is missing, one doesn't fit, or one isn't declared; the
            message names all of them.
    """
    declared = {parameter.key: parameter for parameter in definition.workflow_parameters}
    problems: list[str] = []
    values: dict[str, Any] = {}
    for key in given:
        if key not in declared:
            hint = did_you_mean(key, declared) or f"declared: {', '.join(declared) or 'none'}"
            problems.append(f"unknown parameter {key!r} ({hint})")
    for key, parameter in declared.items():
        value = given.get(key)
        if value is None:
            value = parameter.default_value
        if value is None:
            about = f": {parameter.description}" if parameter.description else ""
            problems.append(f"parameter {key!r} is required{about}")
            continue
        try:
            values[key] = coerce(key, parameter.workflow_parameter_type, value)
        except ParameterError as error:
            problems.append(str(error))
    if problems:
        raise ParameterError("; ".join(problems))
    return values
