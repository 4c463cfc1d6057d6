"""The first and the last op of every run."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.dagster_host import adopted_run, dagster_run, tag_process
from skyvern_dagster.compiler.endings import complete
from skyvern_dagster.compiler.login_hold import hold_logins
from skyvern_dagster.compiler.metadata import downloads_metadata
from skyvern_dagster.compiler.plan import FINISH, START
from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.resources.services import SERVICES
from skyvern_dagster.workflow.loader import Workflow

SCOPE = "scope"
"""Name of the output, and of the input, by which the scope goes from op to op."""

Inputs = Mapping[str, Any]
"""What an op is given: name of the input -> its value.

Ops are made by ``dg.OpDefinition``, whose function takes them so: a code location of hundreds of
workflows has thousands of ops, and ``@dg.op`` takes three times as long for each.
"""

_SCOPE_IN = dg.In(Scope)
_SCOPES_IN = dg.In(list[Scope])
_START_OUT = {
    SCOPE: dg.Out(Scope, io_manager_key=IO_MANAGER, description="What the first block begins with.")
}


def scope_in(sources: int) -> dg.In:
    """The input for the scope.

    Args:
        sources: How many ops may lead here; of several, one does.
    """
    return _SCOPE_IN if sources == 1 else _SCOPES_IN


def taken_scope(inputs: Inputs) -> Scope:
    """The scope of the way that was taken."""
    given: Scope | list[Scope] = inputs[SCOPE]
    return given[0] if isinstance(given, list) else given


_START_CONFIG = dg.Permissive()  # type: ignore[no-untyped-call]
_FINISH_OUT = {"result": dg.Out(dg.Nothing)}


def start_op(workflow: Workflow, launch: CompileTarget) -> dg.OpDefinition:
    """Checks the parameters and opens the run.

    Its config is what the graph's typed config was mapped to, with all defaults.
    """

    def start(context: dg.OpExecutionContext, _: Inputs) -> Iterator[dg.Output[Scope]]:
        tag_process(context)
        try:
            window = launch.window(context)
            scope = dagster_run(context, workflow).open(
                {**context.op_config, **(window.parameters if window else {})},
                delivery=launch.delivery(window),
                spans=launch.delivery_spans(window),
            )
        except ParameterError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for finding in workflow.warnings:
            context.log.warning(str(finding))
        hold_logins(context, workflow, scope.parameters)
        yield dg.Output(scope, SCOPE)

    return dg.OpDefinition(
        compute_fn=start,
        name=launch.op_name(START),
        ins={name: dg.In(dg.Nothing) for name in after_inputs(workflow, launch)},
        outs=_START_OUT,
        config_schema=_START_CONFIG,
        required_resource_keys={SERVICES},
        description="Checks the parameters and that every secret can be found.",
        tags={"dagster/compute_kind": "skyvern"},
    )


def finish_op(workflow: Workflow, launch: CompileTarget, sources: int = 1) -> dg.OpDefinition:
    """Marks the run as completed.

    Args:
        sources: How many ops may lead to it.
    """

    def finish(context: dg.OpExecutionContext, inputs: Inputs) -> Iterator[dg.Output[None]]:
        scope = taken_scope(inputs)
        run = adopted_run(context, workflow, scope)
        missing = complete(run, scope)
        store = run.services.artifacts
        yield dg.Output(
            None,
            metadata={
                "workflow_run_id": scope.workflow_run_id,
                **downloads_metadata(scope.files, store),
                **missing,
            },
        )

    return dg.OpDefinition(
        compute_fn=finish,
        name=launch.op_name(FINISH),
        ins={SCOPE: scope_in(sources)},
        outs=_FINISH_OUT,
        required_resource_keys={SERVICES},
        description="Marks the run as completed.",
        tags={"dagster/compute_kind": "skyvern"},
    )


def after_inputs(workflow: Workflow, launch: CompileTarget) -> list[str]:
    """Inputs that stand for the assets that the workflow's asset comes after."""
    if not launch.asset:
        return []
    return [f"after_{index}" for index in range(len(workflow.definition.dagster.deps))]
