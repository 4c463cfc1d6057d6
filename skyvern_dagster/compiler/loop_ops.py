"""The ops with which mapped loops begin and end."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from collections.abc import Iterator
from typing import Any

import dagster as dg

from skyvern_dagster.blocks.loop import LoopOutput
from skyvern_dagster.compiler.dagster_host import adopted_run
from skyvern_dagster.compiler.endings import failure
from skyvern_dagster.compiler.iterations import (
    Iterations,
    LoopEntryPoint,
    LoopGroup,
    batches,
    begun_iterations,
    group_of,
    healed,
    inner_groups,
)
from skyvern_dagster.compiler.metadata import block_metadata, item_metadata
from skyvern_dagster.compiler.ops import data_ins, ended_or_on, outputs, scope_and, typed
from skyvern_dagster.compiler.plan import LoopNode
from skyvern_dagster.compiler.run_ops import SCOPE, Inputs, scope_in, taken_scope
from skyvern_dagster.execution.base_scopes import BaseScopes
from skyvern_dagster.execution.leaf_runner import Ran
from skyvern_dagster.execution.loop_rules import is_fatal
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.resources.services import SERVICES
from skyvern_dagster.workflow.loader import Workflow

ENTRY = "entry"
ITERATIONS = "iterations"
TOGETHER = "together"
"""Output of a loop inside a loop, where nothing of the body comes after it: the iterations of the
loop around, as one."""

_ENTRY_IN = dg.In(LoopEntryPoint)
_ITERATIONS_IN = dg.In(list[Iterations])
_ITERATIONS_OUT = dg.DynamicOut(Iterations, io_manager_key=IO_MANAGER)
_LOOP_OUTS = {
    ENTRY: dg.Out(LoopEntryPoint, io_manager_key=IO_MANAGER),
    ITERATIONS: _ITERATIONS_OUT,
}
_COLLECT_INS = {ENTRY: _ENTRY_IN, ITERATIONS: _ITERATIONS_IN}
_TAGS = {"dagster/compute_kind": "loop"}

Given = Iterator[dg.Output[Any] | dg.DynamicOutput[Any]]


def loop_op(node: LoopNode, workflow: Workflow, name: str, sources: int = 1) -> dg.OpDefinition:
    """The op that fans out: one iteration per item, and the keys that the collect op must find.

    Args:
        sources: How many ops may lead to it.
    """

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Given:
        scope = taken_scope(inputs)
        run = adopted_run(context, workflow, scope)
        group = group_of(run.runner, node.block, scope, BaseScopes(run.services.artifacts))
        if group.failure_reason is not None and not node.block.continue_on_failure:
            after, outcome = run.runner.failed_loop(node.block, scope, group.failure_reason)
            raise failure(run, node.block, after, outcome, _metadata(run, node, after, outcome))
        yield from _fanned_out(run, node, group.scope, [group])

    ins = {SCOPE: scope_in(sources), **data_ins(node.data_from)}
    return _definition(node, name, compute, ins, _LOOP_OUTS, node.block.describe())


def inner_loop_op(
    node: LoopNode, outer: LoopNode, workflow: Workflow, name: str
) -> dg.OpDefinition:
    """The op with which a loop inside a loop begins, for all iterations of the outer one."""
    before = outer.labels_before(node)

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Given:
        entry: LoopEntryPoint = inputs[ENTRY]
        run = _run(context, workflow, entry)
        bases = BaseScopes(run.services.artifacts)
        passes = healed(run.runner, outer.block, entry, inputs[ITERATIONS], before)
        scopes = [scope for _, group in passes for scope in group]
        groups = inner_groups(run.runner, outer.block, node.block, scopes, bases)
        yield from _fanned_out(run, node, entry.scope, list(groups))

    ins = {**_COLLECT_INS, **data_ins(node.data_from)}
    return _definition(node, name, compute, ins, _LOOP_OUTS, node.block.describe())


def collect_op(node: LoopNode, workflow: Workflow, name: str) -> dg.OpDefinition:
    """The op that puts the iterations together, and runs those that are missing."""

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Iterator[dg.Output[Any]]:
        entry: LoopEntryPoint = inputs[ENTRY]
        run = _run(context, workflow, entry)
        ((group, scopes),) = healed(run.runner, node.block, entry, inputs[ITERATIONS])
        after, outcome = _collected(run, node, group, scopes)
        metadata = _metadata(run, node, after, outcome)
        metadata["iterations_run_here"] = _made_up_for(entry, inputs[ITERATIONS])
        if is_fatal(node.block, outcome):
            raise failure(run, node.block, after, outcome, metadata)
        after = after.model_copy(update={"base": ""})  # it is whole
        yield from outputs(context, after, typed(node.block, outcome), metadata)

    said = f"Puts the iterations of {node.op} together."
    return _definition(node, name, compute, _COLLECT_INS, scope_and(LoopOutput), said)


def inner_collect_op(
    node: LoopNode, outer: LoopNode, workflow: Workflow, name: str, *, fans_out: bool
) -> dg.OpDefinition:
    """The op with which a loop inside a loop ends: the iterations of the outer one go on.

    Args:
        fans_out: Whether there is more of the outer loop's body to be mapped.
    """

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Given:
        entry: LoopEntryPoint = inputs[ENTRY]
        run = _run(context, workflow, entry)
        bases = BaseScopes(run.services.artifacts)
        after = [
            bases.slim(_after_inner(run, node, group, scopes))
            for group, scopes in healed(run.runner, node.block, entry, inputs[ITERATIONS])
        ]
        metadata = {
            "passes": len(after),
            "iterations_run_here": _made_up_for(entry, inputs[ITERATIONS]),
        }
        if not fans_out:
            yield dg.Output(Iterations(scopes=tuple(after)), TOGETHER, metadata=metadata)
            return
        for index, each in enumerate(batches(after, workflow.definition.dagster.loop_steps)):
            yield dg.DynamicOutput(
                each, each.key, output_name=ITERATIONS, metadata=metadata if index == 0 else None
            )

    outs: dict[str, Any] = {ITERATIONS: _ITERATIONS_OUT}
    if not fans_out:
        outs = {TOGETHER: dg.Out(Iterations, io_manager_key=IO_MANAGER)}
    said = f"Puts the iterations of {node.op} together, for each item of {outer.op}."
    return _definition(node, name, compute, _COLLECT_INS, outs, said)


def _after_inner(run: WorkflowRun, node: LoopNode, group: LoopGroup, scopes: list[Scope]) -> Scope:
    """The outer loop's iteration after its pass of the inner loop.

    Raises:
        Failure: The run ends with it.
    """
    if not group.is_entered:
        return BaseScopes(run.services.artifacts).whole(group.scope)
    after, outcome = _collected(run, node, group, scopes)
    metadata = _metadata(run, node, after, outcome)
    return ended_or_on(run, node.loops, node.block, after, outcome, metadata)


def _fanned_out(run: WorkflowRun, node: LoopNode, scope: Scope, groups: list[LoopGroup]) -> Given:
    entry = LoopEntryPoint(scope=scope, groups=tuple(groups))
    yield dg.Output(entry, ENTRY, metadata={"iterations": len(entry.frames)})
    bases = BaseScopes(run.services.artifacts)
    begun = begun_iterations(run.runner, node.block, groups, bases)
    for each in batches(begun, run.workflow.definition.dagster.loop_steps):
        yield dg.DynamicOutput(
            each,
            each.key,
            output_name=ITERATIONS,
            metadata=item_metadata(each.items if len(each.items) > 1 else each.items[0]),
        )


def _run(context: dg.OpExecutionContext, workflow: Workflow, entry: LoopEntryPoint) -> WorkflowRun:
    return adopted_run(context, workflow, entry.scope)


def _collected(run: WorkflowRun, node: LoopNode, group: LoopGroup, scopes: list[Scope]) -> Ran:
    scope = BaseScopes(run.services.artifacts).whole(group.scope)
    if group.failure_reason is not None:
        return run.runner.failed_loop(node.block, scope, group.failure_reason)
    return run.runner.collected(node.block, scope, scopes)


def _made_up_for(entry: LoopEntryPoint, arrived: list[Iterations]) -> int:
    there = [scope for each in arrived for scope in each.scopes if scope.ended != "skipped"]
    return len(entry.frames) - len(there)


def _metadata(run: WorkflowRun, node: LoopNode, after: Scope, outcome: Any) -> dict[str, Any]:
    record = run.runner.records(after).key(after.block_key(node.block.label))
    return block_metadata(outcome, run.services.artifacts, record=record)


def _definition(
    node: LoopNode,
    name: str,
    compute: Any,
    ins: dict[str, dg.In],
    outs: dict[str, Any],
    description: str,
) -> dg.OpDefinition:
    tags = dict(_TAGS)
    if node.op != node.block.label:
        tags["skyvern/label"] = node.block.label
    return dg.OpDefinition(
        compute_fn=compute,
        name=name,
        ins=ins,
        outs=outs,
        required_resource_keys={SERVICES},
        description=description,
        tags=tags,
    )
