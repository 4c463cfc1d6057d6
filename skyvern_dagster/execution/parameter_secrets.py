"""Secrets among a run's parameters: put away before a run is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyvern_dagster.credentials.payload_secrets import numbered, with_secrets, without_secrets
from skyvern_dagster.credentials.reference import SecretReference
from skyvern_dagster.credentials.text_secrets import TextSecrets
from skyvern_dagster.workflow.definition import WorkflowDefinition
from skyvern_dagster.workflow.parameters import WorkflowParameter
from skyvern_dagster.workflow.values import check_parameters


def checked_without_secrets(
    definition: WorkflowDefinition, given: Mapping[str, Any], kept: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """A run's parameters as their types, and the secrets that were among them.

    A value is a secret where the name of its parameter says so, or its key in a JSON parameter; in
    its place the parameters have a reference, for instance ``secret://PASSWORD``. So is the part of
    a text that tells one: ``log in with the password secret://text_secret_1``.

    Args:
        given: May hold references to secrets that were put away before.
        kept: Those secrets, by the key of their reference.

    Raises:
        ParameterError: As :func:`~skyvern_dagster.workflow.values.check_parameters`.
    """
    checked = check_parameters(definition, with_secrets(dict(given), kept))
    taken = frozenset(parameter.key for parameter in definition.parameters)
    secrets: dict[str, str] = {}
    values: dict[str, Any] = {}
    told = TextSecrets(secrets, kept, taken)
    for parameter in definition.workflow_parameters:
        if parameter.key in checked:
            value = _put_away(parameter, checked[parameter.key], secrets, taken)
            values[parameter.key] = told.without(value)
    return values, secrets


def _put_away(
    parameter: WorkflowParameter, value: Any, secrets: dict[str, str], taken: frozenset[str]
) -> Any:
    key = parameter.key
    if parameter.workflow_parameter_type == "json":
        return without_secrets(value, secrets, numbered(f"{key}_secret_", secrets, taken))
    if not parameter.is_secret or value == "":
        return value
    secrets[key] = str(value)
    return str(SecretReference(key))
