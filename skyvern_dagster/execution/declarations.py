"""The secrets that a workflow declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyvern_dagster.blocks.agent_block import AgentBlock
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.templating.rendering import is_template, names_used
from skyvern_dagster.workflow.definition import WorkflowDefinition, walk
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import (
    AwsSecretParameter,
    ContextParameter,
    CredentialParameter,
    OutputParameter,
    WorkflowParameter,
)
from skyvern_dagster.workflow.vault_parameters import AzureSecretParameter, VaultParameter


def declarations(workflow: Workflow, given: Mapping[str, Any]) -> SecretDeclarations:
    """The secret parameters of a workflow.

    A ``credential`` parameter names its credential, or the parameter that does; a parameter of the
    type ``credential_id`` is a credential itself, and one of a password manager is the item that it
    names (docs/contract.md#parameters).

    Args:
        workflow: The workflow.
        given: The run's parameters.
    """
    parameters = workflow.definition.parameters
    defaults = {each.key: each.default_value for each in workflow.definition.workflow_parameters}
    known = {**defaults, **given}
    credentials: dict[str, tuple[str, ...]] = {}
    further: dict[str, tuple[str, ...]] = {}
    values: dict[str, str] = {}
    ids: dict[str, str] = {}
    chosen: set[str] = set()
    for each in parameters:
        match each:
            case CredentialParameter():
                credentials[each.key] = tuple(each.allowed_hosts)
                if each.credential_id:
                    ids[each.key] = str(given.get(each.credential_id) or each.credential_id)
                    chosen |= {each.key} if given.get(each.credential_id) else set()
                further[each.key] = (*each.credential_ids, *each.fallback_credential_ids)
            case WorkflowParameter(workflow_parameter_type="credential_id"):
                credentials[each.key] = ()
                ids[each.key] = str(given.get(each.key) or each.default_value or each.key)
                chosen |= {each.key} if ids[each.key] != each.default_value else set()
            case AwsSecretParameter():
                values[each.key] = each.aws_key
            case AzureSecretParameter():
                values[each.key] = each.secret_name
            case WorkflowParameter() | ContextParameter() | OutputParameter():
                continue
            case _:
                # What the deployment keeps under the parameter's own name goes before.
                credentials[each.key] = ()
                further[each.key] = (str(each.item_for(known)),)
    return SecretDeclarations(
        credentials=credentials,
        credential_ids=ids,
        given=frozenset(chosen),
        further_ids=further,
        values=values,
    )


def code_identifiers(definition: WorkflowDefinition) -> dict[str, str]:
    """Key of a credential of a password manager -> whom its pushed one-time codes are for."""
    return {
        each.key: each.totp_identifier
        for each in definition.parameters
        if isinstance(each, VaultParameter) and each.totp_identifier
    }


def keys_used(workflow: Workflow) -> tuple[str, ...]:
    """The parameter keys that blocks name outside of texts, and those in headers."""
    keys = {key for block in walk(workflow.definition.blocks) for key in block.keys_used()}
    return tuple(sorted(keys | _header_keys(workflow.definition)))


def keys_typed(workflow: Workflow) -> tuple[str, ...]:
    """The parameter keys that tasks are told about: their values may end up on pages."""
    tasks = (each for each in walk(workflow.definition.blocks) if isinstance(each, AgentBlock))
    keys = {key for task in tasks for key in task.parameter_keys}
    return tuple(sorted(keys | _header_keys(workflow.definition)))


def _header_keys(definition: WorkflowDefinition) -> frozenset[str]:
    """What goes along with every request is shown by some pages."""
    texts = (definition.extra_http_headers or {}).values()
    used = {name for text in texts if is_template(text) for name in names_used(text)}
    return frozenset(used & {each.key for each in definition.parameters})
