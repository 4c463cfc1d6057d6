"""The secrets that a workflow declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyvern_dagster.credentials.vault import SecretDeclarations
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import (
    AwsSecretParameter,
    CredentialParameter,
    WorkflowParameter,
)


def declarations(workflow: Workflow, given: Mapping[str, Any]) -> SecretDeclarations:
    """The secret parameters of a workflow.

    A ``credential`` parameter names its credential, or the parameter that does; a parameter of the
    type ``credential_id`` is a credential itself (docs/contract.md#parameters).

    Args:
        workflow: The workflow.
        given: The run's parameters.
    """
    parameters = workflow.definition.parameters
    credentials: dict[str, tuple[str, ...]] = {}
    ids: dict[str, str] = {}
    for each in parameters:
        match each:
            case CredentialParameter():
                credentials[each.key] = tuple(each.allowed_hosts)
                if each.credential_id:
                    ids[each.key] = str(given.get(each.credential_id) or each.credential_id)
            case WorkflowParameter(workflow_parameter_type="credential_id"):
                credentials[each.key] = ()
                ids[each.key] = str(given.get(each.key) or each.default_value or each.key)
            case _:
                continue
    return SecretDeclarations(
        credentials=credentials,
        credential_ids=ids,
        values={
            each.key: each.aws_key for each in parameters if isinstance(each, AwsSecretParameter)
        },
    )
