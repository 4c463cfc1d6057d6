"""The jobs for definitions that no code location has compiled: one op that interprets them.

A task asked for by itself, and a workflow that has just been created over REST, must run at once.
Their definition and parameters lie with the run's records; its run config is empty.
"""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from typing import Any

import dagster as dg

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.compiler.dagster_host import dagster_run, tag_process
from skyvern_dagster.compiler.endings import complete, ended
from skyvern_dagster.compiler.login_hold import hold_logins
from skyvern_dagster.compiler.metadata import block_metadata, downloads_metadata
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.run_info import has_begun, read_run
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.resources.services import (
    SERVICES,
    op_resources,
    services,
)

TASK_JOB = "skyvern_task"
"""Runs a task that was asked for by itself."""

WORKFLOW_JOB = "skyvern_workflow_run"
"""Runs a stored workflow whose compiled job isn't loaded (yet, or any more)."""

_DESCRIPTIONS = {
    TASK_JOB: "A task that was asked for over REST. The shim launches it: the task lies with the "
    "run's records, so a launch by hand has nothing to run.",
    WORKFLOW_JOB: "A workflow that was created over REST, until its own job is loaded. The shim "
    "launches it: the definition lies with the run's records.",
}


def build_interpreted_job(name: str) -> dg.JobDefinition:
    """``TASK_JOB`` or ``WORKFLOW_JOB``."""
    return _graph(name).to_job(
        name=name,
        executor_def=dg.in_process_executor,
        resource_defs=op_resources(),
        description=_DESCRIPTIONS[name],
    )


def _graph(name: str) -> dg.GraphDefinition:
    def run(context: dg.OpExecutionContext) -> None:
        run_definition(context)

    op = dg.op(
        name="task" if name == TASK_JOB else "blocks",
        out=dg.Out(dg.Nothing),
        required_resource_keys={SERVICES},
        description="Runs the blocks of the definition in order.",
        tags={"dagster/compute_kind": "browser"},
    )(run)

    def compose() -> None:
        op()

    return dg.graph(name=name, description=_DESCRIPTIONS[name])(compose)


def run_definition(context: dg.OpExecutionContext) -> None:
    """Runs the definition that lies with the run's records.

    Raises:
        Failure: There is none, or a block ended the run.
    """
    run_id = context.run.tags.get(tags.WORKFLOW_RUN_ID, "")
    store = services(context.resources.skyvern_services).artifacts
    if not has_begun(store, run_id):
        raise dg.Failure(
            f"job {context.job_name} runs what was asked for over REST: start it with POST "
            "/v1/run/tasks or /v1/run/workflows, or launch a workflow's own job",
            allow_retries=False,
        )
    workflow, info = read_run(store, run_id)
    tag_process(context)
    run = dagster_run(context, workflow)
    shown: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []

    def after_block(block: Block, scope: Scope, outcome: BlockOutcome) -> None:
        rows.append(_row(block, outcome))
        shown.update(_metadata(run, block, scope, outcome, rows))
        context.add_output_metadata(shown)

    try:
        scope = run.open(info.parameters)
    except ParameterError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    hold_logins(context, workflow, scope.parameters)
    scope, ending = run.carry_out(scope, after_block=after_block)
    if ending.status != "completed":
        run.end(ending)
        raise ended(ending, shown)
    context.add_output_metadata({**shown, **complete(run, scope)})


def _metadata(
    run: WorkflowRun, block: Block, scope: Scope, outcome: BlockOutcome, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """What is known after each block: the step shows it even if it is killed in the next."""
    store = run.services.artifacts
    record = run.runner.records(scope).key(scope.block_key(block.label))
    metadata = block_metadata(outcome, store, record=record)
    if len(run.workflow.definition.blocks) == 1:
        return metadata
    table = dg.MetadataValue.table([dg.TableRecord(row) for row in rows])
    shown: dict[str, Any] = {"blocks": table, "workflow_run_id": scope.workflow_run_id}
    if scope.files:
        shown |= downloads_metadata(scope.files, store)
    return {**metadata, **shown}


def _row(block: Block, outcome: BlockOutcome) -> dict[str, Any]:
    return {
        "label": block.label,
        "block_type": block.block_type,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "failure_reason": outcome.failure_reason or "",
    }
