"""Whether a Dagster run goes on with an earlier one, or repeats it."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import (
    RESUME_TAG,
    RETRY_NUMBER_TAG,
    step_has_succeeded,
    step_key,
)
from skyvern_dagster.execution import tags


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


def goes_on_by_hand(run: dg.DagsterRun) -> bool:
    """Whether a person, and neither one of Dagster's run retries nor ours, has made it go on."""
    by_policy = run.parent_run_id is not None and run.tags.get(tags.RETRY_OF) == run.parent_run_id
    return run.tags.get(RESUME_TAG) == "true" and RETRY_NUMBER_TAG not in run.tags and not by_policy
