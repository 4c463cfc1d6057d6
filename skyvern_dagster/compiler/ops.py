"""The op of a block."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Optional

import dagster as dg
from pydantic import BaseModel

from skyvern_dagster.blocks.block import Block, LeafBlock
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.compiler.browser_executor import LOOP_TAG
from skyvern_dagster.compiler.dagster_host import adopted_run
from skyvern_dagster.compiler.endings import failure
from skyvern_dagster.compiler.iterations import Iterations
from skyvern_dagster.compiler.limits import pool_of, retry_policy_of
from skyvern_dagster.compiler.metadata import block_metadata
from skyvern_dagster.compiler.plan import BlockNode
from skyvern_dagster.compiler.run_ops import SCOPE, Inputs, scope_in, taken_scope
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.base_scopes import BaseScopes
from skyvern_dagster.execution.handing_on import hand_on_after
from skyvern_dagster.execution.leaf_runner import Ran
from skyvern_dagster.execution.loop_rules import is_fatal, loop_keys, stopped_by
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.runner import Runner
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.resources.services import SERVICES
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.op_names import op_name

RESULT = "result"
ITERATION = "iteration"
"""Input by which each op of a body but the first is tied to the op that fans out, too.

Without it, re-execution from failure after a crash between the fan-out and the end of the first
op takes the later ones for steps of their own, runs neither them nor anything after the loop, and
calls that a success.
"""

PICTURED_ITERATIONS = 100
"""How many iterations of a loop show their last page inline; later ones only link it."""

ORDER_IN = dg.In(dg.Nothing)
_ITERATIONS_IN = dg.In(Iterations)
_SCOPE_OUT = dg.Out(Scope, io_manager_key=IO_MANAGER)
_ITERATIONS_OUT = {SCOPE: dg.Out(Iterations, io_manager_key=IO_MANAGER)}
_BRANCH_OUT = dg.Out(Scope, is_required=False, io_manager_key=IO_MANAGER)

_STOPPED = "the loop had stopped"
_ENDED = "the iteration has ended"
_OTHER_BRANCH = "another branch was taken"

Compute = Callable[[dg.OpExecutionContext, Inputs], Iterator[dg.Output[Any]]]


def block_op(node: BlockNode, workflow: Workflow, name: str, sources: int = 1) -> dg.OpDefinition:
    """The op of a block.

    Args:
        sources: How many ops may lead to it.
    """
    if node.loops:
        return _body_op(node, workflow, name)

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Iterator[dg.Output[Any]]:
        scope = taken_scope(inputs)
        run = adopted_run(context, workflow, scope)
        if node.block.label == workflow.definition.finally_label:
            ended = run.completion(scope)
            known = {"run_status": ended.status, "run_failure_reason": ended.reason}
            scope = scope.model_copy(update=known)
        after, outcome = _run(context, run.runner, node, scope)
        if node.block.label == workflow.definition.finally_label:
            run.host.tag({tags.FINALLY: "done"})
        metadata = _metadata(run, node.block, after, outcome)
        if is_fatal(node.block, outcome):
            raise failure(run, node.block, after, outcome, metadata)
        out = SCOPE
        if node.targets:
            out = way_out(run.runner.way_on(node.block, outcome))
        yield from outputs(context, after, typed(node.block, outcome), metadata, out)

    ins = {SCOPE: scope_in(sources), **data_ins(node.data_from)}
    return _definition(node, workflow, name, compute, ins, _outs(node))


def _body_op(node: BlockNode, workflow: Workflow, name: str) -> dg.OpDefinition:
    """The op of a block in a mapped loop: for one iteration, or for a batch of them.

    In a batch, the first block of a stage carries the whole stage out, item by item: as many
    browser contexts as items would be open otherwise.
    """

    def compute(context: dg.OpExecutionContext, inputs: Inputs) -> Iterator[dg.Output[Any]]:
        given: Iterations = inputs[SCOPE]
        run = adopted_run(context, workflow, given.scopes[0])
        bases = BaseScopes(run.services.artifacts)
        scopes = [bases.whole(scope) for scope in given.scopes]
        if len(scopes) == 1:
            after, metadata = _iteration(context, run, node, scopes[0])
            done = [after]
        else:
            done, metadata = _batch(run, node, scopes)
        slim = tuple(bases.slim(scope) for scope in done)
        yield dg.Output(Iterations(scopes=slim), SCOPE, metadata=metadata)

    ins = {SCOPE: _ITERATIONS_IN, **data_ins(node.data_from), **_iteration_in(node)}
    return _definition(node, workflow, name, compute, ins, _ITERATIONS_OUT)


def _definition(
    node: BlockNode,
    workflow: Workflow,
    name: str,
    compute: Compute,
    ins: dict[str, dg.In],
    outs: dict[str, dg.Out],
) -> dg.OpDefinition:
    op_tags = {"dagster/compute_kind": node.block.kind}
    if node.op != node.block.label:
        op_tags["skyvern/label"] = node.block.label
    if node.priority:
        op_tags["dagster/priority"] = str(node.priority)
    if width := loop_tag(node.loops):
        op_tags[LOOP_TAG] = width
    return dg.OpDefinition(
        compute_fn=compute,
        name=name,
        ins=ins,
        outs=outs,
        required_resource_keys={SERVICES},
        description=node.block.describe(),
        tags=op_tags,
        pool=pool_of(node.block, workflow),
        retry_policy=retry_policy_of(node.block, workflow),
    )


def loop_tag(loops: Sequence[ForLoopBlock]) -> str | None:
    """What holds the steps of a loop's body to as many at once as the loops around it allow."""
    limits = [each.width.at_most for each in loops if each.width.at_most is not None]
    return f"{'.'.join(each.label for each in loops)}:{min(limits)}" if limits else None


def _iteration(
    context: dg.OpExecutionContext, run: WorkflowRun, node: BlockNode, scope: Scope
) -> tuple[Scope, dict[str, Any]]:
    """The block in one iteration, unless that has ended or goes another way."""
    if scope.at != node.block.label:
        return scope, _skipped(_ENDED if scope.ended else _OTHER_BRANCH)
    if _loop_has_stopped(run, scope):
        return scope.skipped(_STOPPED), _skipped(_STOPPED)
    after, outcome = _run(context, run.runner, node, scope)
    pictured = _is_pictured(after, outcome)
    metadata = _metadata(run, node.block, after, outcome, show_picture=pictured)
    return ended_or_on(run, node.loops, node.block, after, outcome, metadata), metadata


def _skipped(reason: str) -> dict[str, Any]:
    return {"skyvern/status": "skipped", "skyvern/failure_reason": reason}


def _batch(
    run: WorkflowRun, node: BlockNode, scopes: list[Scope]
) -> tuple[list[Scope], dict[str, Any]]:
    loop = node.loops[-1]
    stage = set(node.stage)
    blocks = {block.label: block for block in loop.loop_blocks}
    done: list[Scope] = []
    carried_out = 0
    for scope in scopes:
        current = scope
        while current.at in stage and current.ended is None:
            block = blocks[current.at]
            if _loop_has_stopped(run, current):
                current = current.skipped(_STOPPED)
                break
            hand_on = hand_on_after(block, loop)
            after, outcome = run.runner.run(block, current, hand_on=hand_on)
            metadata = _metadata(run, block, after, outcome, show_picture=False)
            current = ended_or_on(run, node.loops, block, after, outcome, metadata)
            carried_out += 1
        done.append(current)
    return done, {"items": len(scopes), "blocks_carried_out": carried_out}


def ended_or_on(
    run: WorkflowRun,
    loops: tuple[Any, ...],
    block: Block,
    after: Scope,
    outcome: BlockOutcome,
    metadata: dict[str, Any],
) -> Scope:
    """The scope of an iteration after a block of a loop's body.

    A loop that goes on keeps an ending as a value; where it ends the run, the step is red. What
    broke under an iteration leaves the others to go on; the run fails, and resuming it does this
    iteration again.

    Raises:
        Failure: The run ends here.
    """
    if is_fatal(block, outcome):
        stopped = stopped_by(loops, block)
        reason = outcome.failure_reason or outcome.status
        for key in reversed(loop_keys(after)[len(loops) - stopped :]):
            run.runner.records(after).stop_loop(key, run.host.attempt, reason)
        if stopped == len(loops) or outcome.says_nothing:
            raise failure(run, block, after, outcome, metadata)
    return run.runner.moved_on(loops[-1], block, after, outcome)


def outputs(
    context: dg.OpExecutionContext,
    after: Scope,
    result: BaseModel | None,
    metadata: dict[str, Any],
    out: str = SCOPE,
) -> Iterator[dg.Output[Any]]:
    """The scope, and the block's own output with what a person sees of it.

    Behind an asset, Dagster refuses outputs that no asset depends on.
    """
    if RESULT in context.selected_output_names:
        yield dg.Output(after, out)
        yield dg.Output(result, RESULT, metadata=metadata)
    else:
        yield dg.Output(after, out, metadata=metadata)


def typed(block: Block, outcome: BlockOutcome) -> BaseModel | None:
    """A block's output as its model; nothing of one that failed and has none."""
    if outcome.output is None and outcome.status != "completed":
        return None
    return block.output_type.model_validate(outcome.output)


def way_out(target: str | None) -> str:
    """Name of the output by which a conditional goes on at a block, or at the end."""
    return "to_end" if target is None else f"to_{op_name(target)}"


def _run(context: dg.OpExecutionContext, runner: Runner, node: BlockNode, scope: Scope) -> Ran:
    """One attempt; a retry is Dagster's, so that the UI shows it."""
    if not isinstance(node.block, LeafBlock):
        return runner.run(node.block, scope, hand_on=node.hand_on)
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


def _loop_has_stopped(run: WorkflowRun, scope: Scope) -> bool:
    records = run.runner.records(scope)
    return any(records.loop_is_stopped(key, run.host.attempt) for key in loop_keys(scope))


def _metadata(
    run: WorkflowRun,
    block: Block,
    after: Scope,
    outcome: BlockOutcome,
    *,
    show_picture: bool = True,
) -> dict[str, Any]:
    record = run.runner.records(after).key(after.block_key(block.label))
    store = run.services.artifacts
    return block_metadata(outcome, store, record=record, show_picture=show_picture)


def _is_pictured(scope: Scope, outcome: BlockOutcome) -> bool:
    """A thousand pictures of iterations that went well would swell Dagster's event log."""
    index = scope.frames[-1].index if scope.frames else 0
    return index < PICTURED_ITERATIONS or not outcome.completed


def _outs(node: BlockNode) -> dict[str, dg.Out]:
    if not node.targets:
        return scope_and(node.block.output_type)
    ways = {way_out(target): _BRANCH_OUT for target in node.targets}
    return {**ways, RESULT: _result_out(node.block.output_type)}


@cache
def scope_and(result: type[BaseModel]) -> dict[str, dg.Out]:
    """The outputs of a block's op, the same for all blocks of a type."""
    return {SCOPE: _SCOPE_OUT, RESULT: _result_out(result)}


@cache
def _result_out(result: type[BaseModel]) -> dg.Out:
    return dg.Out(_output_type(result), is_required=False, io_manager_key=IO_MANAGER)


def _output_type(result: type[BaseModel]) -> dg.DagsterType:
    """Of a block's output; one that failed, and that the run goes on after, may have none.

    Made once: of ``Optional[...]`` Dagster makes two types for each op.
    """
    kind: Any = Optional[result]  # noqa: UP045 - Dagster doesn't know the other way to write it
    return dg.DagsterType(
        lambda _, value: value is None or isinstance(value, result),
        name=result.__name__,
        typing_type=kind,
    )


def data_ins(labels: tuple[str, ...]) -> dict[str, dg.In]:
    """Inputs that stand for the use of other blocks' outputs."""
    return {data_input(label): ORDER_IN for label in labels}


def _iteration_in(node: BlockNode) -> dict[str, dg.In]:
    return {ITERATION: ORDER_IN} if node.follows_in_stage else {}


def data_input(label: str) -> str:
    """Name of the input that stands for the use of another block's output."""
    return f"uses_{op_name(label)}"
