"""One op per node of the plan."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from collections.abc import Iterator
from functools import cache
from typing import Any

import dagster as dg
from pydantic import BaseModel

from skyvern_dagster.blocks.block import Block, LeafBlock
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.loop import LoopOutput
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.compiler.dagster_host import adopted_run
from skyvern_dagster.compiler.endings import failure
from skyvern_dagster.compiler.iterations import LoopEntryPoint, heal, loop_entry
from skyvern_dagster.compiler.limits import pool_of, retry_policy_of
from skyvern_dagster.compiler.metadata import block_metadata, item_metadata
from skyvern_dagster.compiler.plan import BlockNode, LoopNode, Node
from skyvern_dagster.compiler.run_ops import SCOPE, SCOPE_IN, Inputs
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.runner import Ran, Runner
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.resources.services import RESOURCE_KEYS
from skyvern_dagster.workflow.loader import Workflow

RESULT = "result"
ITERATION = "iteration"
"""Input by which each op of a body but the first is tied to the op that fans out, too.

Without it, re-execution from failure after a crash between the fan-out and the end of the first
op takes the later ones for steps of their own, runs neither them nor anything after the loop, and
calls that a success.
"""

PICTURED_ITERATIONS = 100
"""How many iterations of a loop show their last page inline; later ones only link it."""

_ORDER_IN = dg.In(dg.Nothing)
_COLLECT_INS = {"entry": dg.In(LoopEntryPoint), "iterations": dg.In(list[Scope])}
_SCOPE_OUT = dg.Out(Scope, io_manager_key=IO_MANAGER)
_LOOP_OUTS = {
    "entry": dg.Out(LoopEntryPoint, io_manager_key=IO_MANAGER),
    "iterations": dg.DynamicOut(Scope, io_manager_key=IO_MANAGER),
}


def block_op(
    node: BlockNode, workflow: Workflow, name: str, loop: ForLoopBlock | None = None
) -> dg.OpDefinition:
    """The op of a block; in a loop's mapped body it knows the loop."""

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Iterator[dg.Output[Any]]:
        scope: Scope = inputs[SCOPE]
        run = adopted_run(context, workflow, scope)
        if loop is not None and _iteration_is_over(run, loop, scope):
            yield dg.Output(scope if scope.ended else scope.skipped("the loop had stopped"), SCOPE)
            return
        after, outcome = _run(context, run.runner, node, scope)
        metadata = _metadata(run, node, after, outcome, show_picture=_is_pictured(after, outcome))
        if run.runner.is_fatal(node.block, outcome):
            after = _fatal(run, node, loop, after, outcome, metadata)
        yield from _outputs(context, after, _typed(node.block, outcome), metadata)

    tags = {"dagster/compute_kind": node.block.kind}
    if node.priority:
        tags["dagster/priority"] = str(node.priority)
    return dg.OpDefinition(
        compute_fn=compute,
        name=name,
        ins={SCOPE: SCOPE_IN, **_data_ins(node.data_from), **_iteration_in(node)},
        outs=_scope_and(node.block.output_type),
        required_resource_keys=set(RESOURCE_KEYS),
        description=node.block.describe(),
        tags=tags,
        pool=pool_of(node.block, workflow),
        retry_policy=retry_policy_of(node.block, workflow),
    )


def loop_op(node: LoopNode, workflow: Workflow, name: str) -> dg.OpDefinition:
    """The op that fans out: one scope per item, and the keys that the collect op must find."""

    def compute(
        context: dg.OpExecutionContext, inputs: Inputs
    ) -> Iterator[dg.Output[Any] | dg.DynamicOutput[Scope]]:
        scope: Scope = inputs[SCOPE]
        run = adopted_run(context, workflow, scope)
        entry = loop_entry(run.runner, node.block, scope)
        if entry.failure_reason is not None and not node.block.continue_on_failure:
            after, outcome = run.runner.failed_loop(node.block, scope, entry.failure_reason)
            raise failure(run, node.block.label, outcome, _metadata(run, node, after, outcome))
        yield dg.Output(entry, "entry", metadata={"iterations": len(entry.frames)})
        for frame in entry.frames:
            yield dg.DynamicOutput(
                scope.iteration_scope(frame),
                mapping_key=frame.key,
                output_name="iterations",
                metadata=item_metadata(frame.value),
            )

    return dg.OpDefinition(
        compute_fn=compute,
        name=name,
        ins={SCOPE: SCOPE_IN, **_data_ins(node.data_from)},
        outs=_LOOP_OUTS,
        required_resource_keys=set(RESOURCE_KEYS),
        description=node.block.describe(),
        tags={"dagster/compute_kind": "loop"},
    )


def collect_op(node: LoopNode, workflow: Workflow, name: str) -> dg.OpDefinition:
    """The op that puts the iterations together, and runs those that are missing.

    After a crash in a mapped loop, Dagster's re-execution from failure drops the items that had
    not finished (dagster#20925, #30248, #30972). Here the expected keys are compared, and each
    missing iteration is taken from its record or run.
    """

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Iterator[dg.Output[Any]]:
        entry: LoopEntryPoint = inputs["entry"]
        iterations: list[Scope] = inputs["iterations"]
        run = adopted_run(context, workflow, entry.scope)
        whole = heal(run.runner, node.block, entry, iterations)
        after, outcome = _collected(run.runner, node, entry, whole)
        metadata = _metadata(run, node, after, outcome)
        metadata["iterations_run_here"] = len(entry.frames) - len(
            [each for each in iterations if each.ended != "skipped"]
        )
        if run.runner.is_fatal(node.block, outcome):
            raise failure(run, node.block.label, outcome, metadata)
        yield from _outputs(context, after, _typed(node.block, outcome), metadata)

    return dg.OpDefinition(
        compute_fn=compute,
        name=name,
        ins=_COLLECT_INS,
        outs=_scope_and(LoopOutput),
        required_resource_keys=set(RESOURCE_KEYS),
        description=f"Puts the iterations of {node.op} together.",
        tags={"dagster/compute_kind": "loop"},
    )


def _outputs(
    context: dg.OpExecutionContext, after: Scope, result: BaseModel, metadata: dict[str, Any]
) -> Iterator[dg.Output[Any]]:
    """The scope, and the block's own output with what a person sees of it.

    Behind an asset, Dagster refuses outputs that no asset depends on.
    """
    if RESULT in context.selected_output_names:
        yield dg.Output(after, SCOPE)
        yield dg.Output(result, RESULT, metadata=metadata)
    else:
        yield dg.Output(after, SCOPE, metadata=metadata)


def _collected(
    runner: Runner, node: LoopNode, entry: LoopEntryPoint, iterations: list[Scope]
) -> Ran:
    if entry.failure_reason is not None:
        return runner.failed_loop(node.block, entry.scope, entry.failure_reason)
    return runner.collected(node.block, entry.scope, iterations)


def _run(context: dg.OpExecutionContext, runner: Runner, node: BlockNode, scope: Scope) -> Ran:
    """One attempt; a retry is Dagster's, so that the UI shows it."""
    if isinstance(node.block, ForLoopBlock):
        return runner.run_loop(node.block, scope)
    assert isinstance(node.block, LeafBlock)
    fresh = context.retry_number > 0
    after, outcome = runner.attempt(node.block, scope, hand_on=node.hand_on, fresh=fresh)
    rule = runner.workflow.definition.retry_rule(node.block)
    if outcome.status == "failed" and outcome.retryable and context.retry_number < rule.max_retries:
        attempt = context.retry_number + 1
        context.log.warning(
            f"{node.op}: {outcome.failure_reason}; retry {attempt}/{rule.max_retries}"
        )
        raise dg.RetryRequested(rule.max_retries, rule.delay(attempt))
    return after, outcome


def _fatal(
    run: WorkflowRun,
    node: BlockNode,
    loop: ForLoopBlock | None,
    after: Scope,
    outcome: BlockOutcome,
    metadata: dict[str, Any],
) -> Scope:
    """A loop that goes on keeps the ending as a value; else the step is red.

    What broke under an iteration leaves the others to go on; the run fails, and resuming it does
    this iteration again.

    Raises:
        Failure: The run (or the loop) ends here.
    """
    if loop is not None and loop.continue_on_failure and not outcome.infrastructure:
        return after.with_ending(outcome)
    if loop is not None and not loop.continue_on_failure:
        reason = outcome.failure_reason or outcome.status
        run.runner.records(after).stop_loop(loop.label, run.host.attempt, reason)
    raise failure(run, after.block_key(node.block.label), outcome, metadata)


def _iteration_is_over(run: WorkflowRun, loop: ForLoopBlock, scope: Scope) -> bool:
    if scope.ended is not None:
        return True
    return not loop.continue_on_failure and run.runner.records(scope).loop_is_stopped(
        loop.label, run.host.attempt
    )


def _metadata(
    run: WorkflowRun,
    node: Node,
    after: Scope,
    outcome: BlockOutcome,
    *,
    show_picture: bool = True,
) -> dict[str, Any]:
    record = run.runner.records(after).key(after.block_key(node.block.label))
    store = run.services.artifacts
    return block_metadata(outcome, store, record=record, show_picture=show_picture)


def _is_pictured(scope: Scope, outcome: BlockOutcome) -> bool:
    """A thousand pictures of iterations that went well would swell Dagster's event log."""
    index = scope.frames[-1].index if scope.frames else 0
    return index < PICTURED_ITERATIONS or not outcome.completed


def _typed(block: Block, outcome: BlockOutcome) -> BaseModel:
    return block.output_type.model_validate(outcome.output)


@cache
def _scope_and(result: type[BaseModel]) -> dict[str, dg.Out]:
    """The outputs of a block's op, the same for all blocks of a type."""
    typed = dg.Out(result, is_required=False, io_manager_key=IO_MANAGER)
    return {SCOPE: _SCOPE_OUT, RESULT: typed}


def _data_ins(labels: tuple[str, ...]) -> dict[str, dg.In]:
    return {data_input(label): _ORDER_IN for label in labels}


def _iteration_in(node: BlockNode) -> dict[str, dg.In]:
    return {ITERATION: _ORDER_IN} if node.follows_in_body else {}


def data_input(label: str) -> str:
    """Name of the input that stands for the use of another block's output."""
    return f"uses_{label}"
