"""Opening a run: its id, its parameters, its tags, and whether its secrets can be found."""

from __future__ import annotations

import os
from typing import Any

import dagster as dg

from skyvern_dagster import tags
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.launch import Launch
from skyvern_dagster.compiler.partitioning import Window
from skyvern_dagster.compiler.resuming import goes_on, opening_tags, organization_of
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.dagster_internals import add_run_tags
from skyvern_dagster.errors import ParameterError, SecretError
from skyvern_dagster.execution.declarations import declarations
from skyvern_dagster.execution.records import keep_run
from skyvern_dagster.execution.runner import new_scope
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import new_id
from skyvern_dagster.process_identity import process_tag
from skyvern_dagster.resources.services import services
from skyvern_dagster.run_request import read_request
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.values import check_parameters


def open_run(
    context: dg.OpExecutionContext,
    workflow: Workflow,
    given: dict[str, Any],
    launch: Launch | None = None,
    window: Window | None = None,
) -> Scope:
    """Checks everything that can be checked before a browser starts.

    Raises:
        Failure: A parameter doesn't fit or a secret can't be found; all of them are named.
    """
    run_id = _workflow_run_id(context.run)
    found = opening_tags(context.run, workflow, run_id) | _process(context)
    add_run_tags(context.instance, context.run.run_id, found)
    problems: list[str] = []
    parameters = given
    try:
        parameters = check_parameters(workflow.definition, given)
    except ParameterError as error:
        problems.append(str(error))
    problems += _missing_secrets(context, workflow, parameters)
    scope = new_scope(
        workflow,
        parameters,
        run_id,
        delivery=launch.delivery(window) if launch else "",
        spans=launch.delivery_spans(window) if launch else None,
    ).model_copy(update={"organization_id": organization_of(context.run)})
    store = services(context.resources).artifacts
    scope = scope.model_copy(update={"created_at": _created_at(store, scope)})
    keep_run(store, workflow, scope)
    if problems:
        reason = "; ".join(problems)
        add_run_tags(
            context.instance,
            context.run.run_id,
            {tags.STATUS: "failed", tags.FAILURE_REASON: tags.short(reason)},
        )
        raise dg.Failure(reason, allow_retries=False)
    site = tags.site_of(parameters)
    if site:
        add_run_tags(context.instance, context.run.run_id, {tags.SITE: site})
    return scope


def _process(context: dg.OpExecutionContext) -> dict[str, str]:
    """The run's process, where there is only one: by it a run is known to be lost."""
    in_one = context.job_def.executor_def.name == dg.in_process_executor.name
    return {tags.PROCESS: process_tag(os.getpid())} if in_one else {}


def _created_at(store: ArtifactStore, scope: Scope) -> str:
    """When the run was asked for, or when it first began: a resumed run is as old as before."""
    request = read_request(store, scope.workflow_run_id)
    if request is not None:
        return request.created_at
    known = f"runs/{scope.workflow_run_id}/run.json"
    return str(store.read_json(known)["created_at"]) if store.exists(known) else scope.created_at


def _workflow_run_id(run: dg.DagsterRun) -> str:
    """The run's Skyvern id: a run that is resumed or retried keeps it, a repeated one is new."""
    given = run.tags.get(tags.WORKFLOW_RUN_ID)
    repeated = run.parent_run_id is not None and not goes_on(run)
    return given if given and not repeated else new_id("wr")


def _missing_secrets(
    context: dg.OpExecutionContext, workflow: Workflow, parameters: dict[str, Any]
) -> list[str]:
    """Looks each used secret up, so that a run doesn't find out after ten minutes."""
    source = services(context.resources).secrets_of(organization_of(context.run))
    declared = declarations(workflow, parameters)
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
