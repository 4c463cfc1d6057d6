"""The first and the last op of every run."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from typing import Any

import dagster as dg

from skyvern_dagster.compiler.config import given_values, parameters_config
from skyvern_dagster.compiler.endings import mark_finished
from skyvern_dagster.compiler.launch import Launch
from skyvern_dagster.compiler.metadata import files_table
from skyvern_dagster.compiler.opening import open_run
from skyvern_dagster.compiler.plan import FINISH, START
from skyvern_dagster.compiler.resuming import adopt
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.resources import RESOURCE_KEYS
from skyvern_dagster.workflow.loader import Workflow

SCOPE = "scope"
"""Name of the output, and of the input, by which the scope goes from op to op."""


def start_op(workflow: Workflow, launch: Launch) -> dg.OpDefinition:
    """Checks the parameters and opens the run."""
    config_class = parameters_config(workflow, launch)

    def start(context: dg.OpExecutionContext, config: Any) -> Scope:
        try:
            window = launch.window(context)
        except ParameterError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        given = {**given_values(config), **(window.parameters if window else {})}
        return open_run(context, workflow, given, launch, window)

    start.__annotations__ = {
        "context": dg.OpExecutionContext,
        "config": config_class,
        "return": Scope,
    }
    return dg.op(
        name=launch.op_name(START),
        ins={name: dg.In(dg.Nothing) for name in after_inputs(workflow, launch)},
        out={
            SCOPE: dg.Out(
                Scope, io_manager_key=IO_MANAGER, description="What the first block begins with."
            )
        },
        required_resource_keys=set(RESOURCE_KEYS),
        description="Checks the parameters and that every secret can be found.",
        tags={"dagster/compute_kind": "skyvern"},
    )(start)


def finish_op(workflow: Workflow, launch: Launch) -> dg.OpDefinition:
    """Marks the run as completed."""

    def finish(context: dg.OpExecutionContext, scope: Scope) -> None:
        adopt(context, workflow, scope)
        mark_finished(context, scope)
        store = context.resources.artifacts.store()
        context.add_output_metadata(
            {
                "workflow_run_id": scope.workflow_run_id,
                "downloads": files_table(scope.files, store),
                "download_count": len(scope.files),
            }
        )

    return dg.op(
        name=launch.op_name(FINISH),
        ins={SCOPE: dg.In(Scope)},
        required_resource_keys={"artifacts"},
        description="Marks the run as completed.",
        tags={"dagster/compute_kind": "skyvern"},
    )(finish)


def after_inputs(workflow: Workflow, launch: Launch) -> list[str]:
    """Inputs that stand for the assets that the workflow's asset comes after."""
    if not launch.asset:
        return []
    return [f"after_{index}" for index in range(len(workflow.definition.dagster.deps))]
