"""Opening a run: its id, its parameters, its tags, and whether its secrets can be found."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import dagster as dg

from skyvern_dagster import tags
from skyvern_dagster.compiler.resuming import goes_on, opening_tags
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.dagster_internals import add_run_tags
from skyvern_dagster.errors import ParameterError, SecretError
from skyvern_dagster.execution.records import keep_run
from skyvern_dagster.execution.runner import declarations, new_scope
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import new_id
from skyvern_dagster.resources import services
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.values import check_parameters


def open_run(
    context: dg.OpExecutionContext, workflow: Workflow, given: dict[str, Any], delivery: str = ""
) -> Scope:
    """Checks everything that can be checked before a browser starts.

    Raises:
        Failure: A parameter doesn't fit or a secret can't be found; all of them are named.
    """
    run_id = _workflow_run_id(context.run)
    add_run_tags(context.instance, context.run.run_id, opening_tags(context.run, workflow, run_id))
    problems: list[str] = []
    parameters = given
    try:
        parameters = check_parameters(workflow.definition, given)
    except ParameterError as error:
        problems.append(str(error))
    problems += _missing_secrets(context, workflow)
    scope = new_scope(workflow, parameters, run_id, delivery=delivery)
    keep_run(services(context.resources).artifacts, workflow, scope)
    if problems:
        reason = "; ".join(problems)
        add_run_tags(
            context.instance,
            context.run.run_id,
            {tags.STATUS: "failed", tags.FAILURE_REASON: tags.short(reason)},
        )
        raise dg.Failure(reason, allow_retries=False)
    site = _site(parameters)
    if site:
        add_run_tags(context.instance, context.run.run_id, {tags.SITE: site})
    return scope


def _workflow_run_id(run: dg.DagsterRun) -> str:
    """The run's Skyvern id: a run that is resumed or retried keeps it, a repeated one is new."""
    given = run.tags.get(tags.WORKFLOW_RUN_ID)
    repeated = run.parent_run_id is not None and not goes_on(run)
    return given if given and not repeated else new_id("wr")


def _missing_secrets(context: dg.OpExecutionContext, workflow: Workflow) -> list[str]:
    """Looks each used secret up, so that a run doesn't find out after ten minutes."""
    source = services(context.resources).secrets
    declared = declarations(workflow)
    vault = SecretVault(declared, source, Redactor())
    used = {key for block in walk(workflow.definition.blocks) for key in block.keys_used()}
    problems = []
    for key in sorted(used):
        try:
            if key in declared.values:
                vault.value(key)
            elif key in declared.credentials:
                vault.payload(key)
        except SecretError as error:
            problems.append(str(error))
    return problems


def _site(parameters: dict[str, Any]) -> str:
    for value in parameters.values():
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            return urlsplit(value).netloc.rpartition("@")[2]
    return ""
