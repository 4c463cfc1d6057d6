"""A Dagster run that goes on with an earlier one: what it takes over, and how it is found."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster import tags
from skyvern_dagster.dagster_internals import (
    RESUME_TAG,
    RETRY_NUMBER_TAG,
    add_run_tags,
    step_has_succeeded,
    step_key,
)
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.workflow.loader import Workflow


def is_resumed(context: dg.OpExecutionContext) -> bool:
    """Whether this step goes on where something broke, rather than being repeated on purpose.

    Re-execution from failure through ``dg.ReexecutionOptions`` leaves no tag. It never selects a
    step that has succeeded, whereas a person who selects steps by hand mostly does.
    """
    run = context.run
    if context.retry_number > 0 or goes_on(run):
        return True
    if run.parent_run_id is None or not run.step_keys_to_execute:
        return False
    return not step_has_succeeded(context.instance, run.parent_run_id, step_key(context))


def goes_on(run: dg.DagsterRun) -> bool:
    """Whether the run is a continuation of the one that it re-executes, by its tags."""
    return run.tags.get(RESUME_TAG) == "true" or RETRY_NUMBER_TAG in run.tags


def adopt(context: dg.OpExecutionContext, workflow: Workflow, scope: Scope) -> None:
    """Makes a re-executed run known as the Skyvern run that it goes on with, once.

    Depending on who re-executes, Dagster copies all tags of the earlier run, which speak of its
    ending, or none.
    """
    run = context.run
    if run.tags.get(tags.ATTEMPT) == run.run_id:
        return
    current = context.instance.get_run_by_id(run.run_id)
    if current is not None and current.tags.get(tags.ATTEMPT) == run.run_id:
        return
    add_run_tags(context.instance, run.run_id, opening_tags(run, workflow, scope.workflow_run_id))


def opening_tags(run: dg.DagsterRun, workflow: Workflow, workflow_run_id: str) -> dict[str, str]:
    """The tags of a run that has begun; what an earlier attempt said about failing is void."""
    stale = (tags.FAILURE_REASON, tags.FAILED_BLOCK, tags.ERROR_CODES)
    return {
        tags.WORKFLOW_RUN_ID: workflow_run_id,
        tags.WORKFLOW: workflow.name,
        tags.WORKFLOW_PERMANENT_ID: workflow.workflow_permanent_id,
        tags.ORGANIZATION_ID: organization_of(run),
        tags.KIND: run.tags.get(tags.KIND, "workflow_run"),
        tags.STATUS: "running",
        tags.ATTEMPT: run.run_id,
        **_webhook_tag(run, workflow),
        **{name: "-" for name in stale if name in run.tags},
    }


def organization_of(run: dg.DagsterRun) -> str:
    """Whose run it is: the default organization's, unless it was asked for over REST."""
    return run.tags.get(tags.ORGANIZATION_ID, DEFAULT_ORGANIZATION_ID)


def _webhook_tag(run: dg.DagsterRun, workflow: Workflow) -> dict[str, str]:
    """What is still to be reported: of a resumed run its new ending."""
    reports = tags.WEBHOOK in run.tags or workflow.definition.webhook_callback_url is not None
    return {tags.WEBHOOK: "pending"} if reports else {}
