"""From a plan to a Dagster job, with Dagster's public composition only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from inspect import Parameter, Signature
from typing import Any, Literal, assert_never

import dagster as dg

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.compiler.asset_finish import VALUE, asset_finish_op
from skyvern_dagster.compiler.block_ops import BlockOps
from skyvern_dagster.compiler.browser_executor import browser_executor
from skyvern_dagster.compiler.config import parameters_mapping, parameters_schema
from skyvern_dagster.compiler.executors import LOCATION
from skyvern_dagster.compiler.limits import run_tags
from skyvern_dagster.compiler.ops import ITERATION, RESULT, data_input, way_out
from skyvern_dagster.compiler.plan import FINISH, START, BlockNode, LoopNode
from skyvern_dagster.compiler.run_ops import SCOPE, after_inputs, finish_op, start_op
from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.execution import tags
from skyvern_dagster.io_manager import IO_MANAGER, SkyvernJsonIOManager
from skyvern_dagster.resources.services import default_resources
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow, load_text
from skyvern_dagster.workflow.op_names import op_name
from skyvern_dagster.workflow.picture import mermaid, picture


def build_job(
    workflow: Workflow,
    *,
    name: str | None = None,
    executor_def: dg.ExecutorDefinition | Literal["location"] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    job_tags: Mapping[str, str] | None = None,
    block_ops: BlockOps | None = None,
) -> dg.JobDefinition:
    """Compiles a workflow into a Dagster job.

    Args:
        name: Job name; the workflow's name when left out.
        executor_def: :func:`browser_executor` when left out: threads of one process, with one
            browser for the whole run. Any other executor works, too; browser state is then
            restored in each process. ``location``: the one of the code location.
        resource_defs: Replaces some of
            :func:`skyvern_dagster.resources.services.default_resources`, or the ``io_manager``.
        job_tags: Further tags of its runs.
        block_ops: The ops of its blocks, where its assets have them, too.

    Example:
        .. code-block:: python

            job = build_job(load_workflow("workflows/invoice_retrieval.yaml"))
            defs = dg.Definitions(jobs=[job])
    """
    return build_graph(workflow, name=name, block_ops=block_ops).to_job(
        name=name or workflow.name,
        executor_def=None if executor_def == LOCATION else executor_def or browser_executor,
        resource_defs=_resources(resource_defs or {}),
        tags={
            **run_tags(workflow),
            tags.WORKFLOW: workflow.name,
            tags.WORKFLOW_PERMANENT_ID: workflow.workflow_permanent_id,
            **(job_tags or {}),
        },
        description=picture(workflow),
        metadata={"flowchart": dg.MetadataValue.md(f"```mermaid\n{mermaid(workflow)}\n```")},
    )


def build_graph(
    workflow: Workflow, *, name: str | None = None, block_ops: BlockOps | None = None
) -> dg.GraphDefinition:
    """Compiles a workflow into a graph, for users who make the job themselves.

    Args:
        name: Name of the graph, unique in a code location; the workflow's name when left out.
        block_ops: As for :func:`build_job`.
    """
    launch = CompileTarget(graph=name or workflow.name)
    ops = block_ops or BlockOps(workflow, launch.graph)

    def compose() -> None:
        scope = start_op(workflow, launch).alias(START)()
        scope, sources = _compose_end(_compose(ops, scope))
        finish_op(workflow, launch, sources).alias(FINISH)(scope=scope)

    mapping = parameters_mapping(parameters_schema(workflow, launch), START)
    return dg.graph(name=launch.graph, config=mapping, description=ops.plan.title)(compose)


def asset_graph(
    workflow: Workflow, launch: CompileTarget, block_ops: BlockOps | None = None
) -> dg.GraphDefinition:
    """Compiles a workflow into the graph behind its assets: the same ops, and outputs."""
    ops = block_ops or BlockOps(workflow, launch.graph)
    inputs = after_inputs(workflow, launch)

    def compose(**after: Any) -> dict[str, Any]:
        scope = start_op(workflow, launch).alias(START)(**after)
        made = _compose(ops, scope)
        scope, sources = _compose_end(made)
        value = asset_finish_op(workflow, launch, sources).alias(FINISH)(scope=scope)
        return {VALUE: value, **{op_name(label): made.results[label] for label in launch.blocks}}

    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=Any) for name in inputs]
    compose.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return dg.graph(
        name=launch.graph,
        config=parameters_mapping(parameters_schema(workflow, launch), START),
        description=ops.plan.title,
        ins={name: dg.GraphIn() for name in inputs},
        out={name: dg.GraphOut() for name in (VALUE, *map(op_name, launch.blocks))},
    )(compose)


@lru_cache(maxsize=1)
def job_from_text(
    text: str, source: str, name: str, from_rest: bool, stored_id: str | None = None
) -> dg.JobDefinition:
    """The job of a definition's text, for processes that must build it again.

    Dagster asks for it three times for a run.
    """
    loaded = load_text(text, source=source, name=name, stored_id=stored_id)
    return build_job(replace(loaded, from_rest=from_rest))


@lru_cache(maxsize=1)
def _shared_resources() -> dict[str, Any]:
    return {**default_resources(), IO_MANAGER: SkyvernJsonIOManager()}


def asset_resources() -> dict[str, Any]:
    """The resources that assets of workflows require.

    Always the same objects, so that definitions which each bring them can be merged.
    """
    return dict(_shared_resources())


def job_resources() -> dict[str, Any]:
    """All resources of a job, the IO manager included."""
    return {**asset_resources(), "io_manager": _shared_resources()[IO_MANAGER]}


@dataclass
class _Composed:
    """What has been composed so far.

    Attributes:
        start: The scope that ``start`` gives.
        scopes: Label -> the scope after it; of a conditional by the label where it goes on.
        results: Label -> its output.
    """

    ops: BlockOps
    start: Any
    scopes: dict[str, Any] = field(default_factory=dict)
    ways: dict[tuple[str, str | None], Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)

    def scope(self, label: str | None) -> Any:
        """What leads to a block, or to the end: one scope, or a list of those that may."""
        sources = self.ops.plan.sources[label]
        scopes = [
            self.start
            if source is None
            else self.ways.get((source, label), self.scopes.get(source))
            for source in sources
        ]
        return scopes[0] if len(scopes) == 1 else scopes

    def give(self, block: Block, result: Any) -> None:
        """Notes where a block's output is to be had; that of what is in it, too."""
        self.results |= dict.fromkeys((each.label for each in walk([block])), result)

    def data(self, labels: tuple[str, ...]) -> dict[str, Any]:
        """The inputs that stand for the use of other blocks' outputs."""
        return {data_input(label): self.results[label] for label in labels}


def _compose(ops: BlockOps, start: Any) -> _Composed:
    """The ops between ``start`` and ``finish``; what they leave under the label ``None``."""
    made = _Composed(ops, start)
    for node in ops.plan.nodes:
        label = node.block.label
        match node:
            case BlockNode():
                op = ops.block(node).alias(node.op)
                done = op(scope=made.scope(label), **made.data(node.data_from))
                made.give(node.block, getattr(done, RESULT))
                if node.targets:
                    made.ways |= {
                        (label, target): getattr(done, way_out(target)) for target in node.targets
                    }
                else:
                    made.scopes[label] = getattr(done, SCOPE)
            case LoopNode():
                _compose_loop(made, node)
            case _:
                assert_never(node)
    return made


def _compose_end(made: _Composed) -> tuple[Any, int]:
    """What leads to ``finish``, the ``finally`` block included, and from how many ops."""
    last = made.ops.plan.last
    if last is None:
        return made.scope(None), len(made.ops.plan.sources[None])
    done = made.ops.block(last).alias(last.op)(scope=made.scope(None))
    made.give(last.block, getattr(done, RESULT))
    return getattr(done, SCOPE), 1


def _resources(given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with what was given; an ``io_manager`` is meant for what blocks hand on, too."""
    between = {IO_MANAGER: given["io_manager"]} if "io_manager" in given else {}
    return {**job_resources(), **between, **given}


def _compose_loop(made: _Composed, node: LoopNode) -> None:
    label = node.block.label
    fan_out = made.ops.fan_out(node).alias(node.op)
    fanned = fan_out(scope=made.scope(label), **made.data(node.data_from))
    iterations = _compose_body(made, node, fanned)
    collect = made.ops.collect(node).alias(node.collect)
    collected = collect(entry=fanned.entry, iterations=iterations)
    made.scopes[label] = getattr(collected, SCOPE)
    made.give(node.block, getattr(collected, RESULT))


def _compose_body(made: _Composed, node: LoopNode, fanned: Any) -> Any:
    """The body of a mapped loop, stage by stage.

    Returns:
        Its iterations at the end, collected.
    """
    mapped, together = fanned.iterations, None
    for place, stage in enumerate(node.stages, start=1):
        if not isinstance(stage, LoopNode):
            mapped = mapped.map(partial(_compose_stage, made, stage))
            continue
        inner = made.ops.fan_out(stage, node).alias(stage.op)(
            entry=fanned.entry,
            iterations=mapped.collect() if mapped is not None else [together],
            **made.data(stage.data_from),
        )
        collected = made.ops.collect(stage, node, fans_out=place < len(node.stages)).alias(
            stage.collect
        )(entry=inner.entry, iterations=_compose_body(made, stage, inner))
        mapped, together = (collected, None) if place < len(node.stages) else (None, collected)
    return mapped.collect() if mapped is not None else [together]


def _compose_stage(made: _Composed, stage: tuple[BlockNode, ...], item: Any) -> Any:
    current = item
    for node in stage:
        inputs = made.data(node.data_from)
        if node.follows_in_stage:
            inputs[ITERATION] = item
        current = made.ops.block(node).alias(node.op)(scope=current, **inputs)
    return current
