"""From a plan to a Dagster job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, assert_never

import dagster as dg

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.compiler.asset_finish import VALUE, asset_finish_op
from skyvern_dagster.compiler.block_ops import BlockOps
from skyvern_dagster.compiler.browser_executor import browser_executor
from skyvern_dagster.compiler.config import parameters_mapping, parameters_schema
from skyvern_dagster.compiler.executors import LOCATION
from skyvern_dagster.compiler.graph_nodes import Collected, GraphNodes, InputSource, Source
from skyvern_dagster.compiler.limits import run_tags
from skyvern_dagster.compiler.loop_ops import ENTRY, ITERATIONS, TOGETHER
from skyvern_dagster.compiler.ops import ITERATION, RESULT, data_input, way_out
from skyvern_dagster.compiler.plan import FINISH, START, BlockNode, LoopNode
from skyvern_dagster.compiler.run_ops import SCOPE, after_inputs, finish_op, start_op
from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.execution import tags
from skyvern_dagster.io_manager import IO_MANAGER, SkyvernJsonIOManager
from skyvern_dagster.resources.services import op_resources
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow, load_text
from skyvern_dagster.workflow.op_names import op_name
from skyvern_dagster.workflow.picture import mermaid, picture

_START_SCOPE = Source(START, SCOPE)


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
    made = _Made(ops)
    made.nodes.add(start_op(workflow, launch), START, {})
    _add_blocks(made)
    scope, sources = _add_last(made)
    made.nodes.add(finish_op(workflow, launch, sources), FINISH, {SCOPE: scope})
    mapping = parameters_mapping(parameters_schema(workflow, launch), START)
    return made.nodes.graph(launch.graph, config=mapping, description=ops.plan.title)


def asset_graph(
    workflow: Workflow, launch: CompileTarget, block_ops: BlockOps | None = None
) -> dg.GraphDefinition:
    """Compiles a workflow into the graph behind its assets: the same ops, and outputs."""
    ops = block_ops or BlockOps(workflow, launch.graph)
    made = _Made(ops)
    made.nodes.add(start_op(workflow, launch), START, {})
    _add_blocks(made)
    scope, sources = _add_last(made)
    made.nodes.add(asset_finish_op(workflow, launch, sources), FINISH, {SCOPE: scope})
    results = {op_name(label): made.results[label] for label in launch.blocks}
    return made.nodes.graph(
        launch.graph,
        config=parameters_mapping(parameters_schema(workflow, launch), START),
        description=ops.plan.title,
        into=dict.fromkeys(after_inputs(workflow, launch), START),
        out={VALUE: Source(FINISH, VALUE), **results},
    )


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
    return {**op_resources(), IO_MANAGER: SkyvernJsonIOManager()}


def asset_resources() -> dict[str, Any]:
    """The resources that assets of workflows require.

    Always the same objects, so that definitions which each bring them can be merged.
    """
    return dict(_shared_resources())


def job_resources() -> dict[str, Any]:
    """All resources of a job, the IO manager included."""
    return {**asset_resources(), "io_manager": _shared_resources()[IO_MANAGER]}


@dataclass
class _Made:
    """What has been made of a plan so far.

    Attributes:
        scopes: Label -> the scope after it; of a conditional by the label where it goes on.
        results: Label -> its output.
    """

    ops: BlockOps
    nodes: GraphNodes = field(default_factory=GraphNodes)
    scopes: dict[str, Source] = field(default_factory=dict)
    ways: dict[tuple[str, str | None], Source] = field(default_factory=dict)
    results: dict[str, Source] = field(default_factory=dict)

    def scope(self, label: str | None) -> Source | list[Source]:
        """What leads to a block, or to the end: one scope, or those of which one may."""
        scopes = [
            _START_SCOPE
            if source is None
            else self.ways.get((source, label)) or self.scopes[source]
            for source in self.ops.plan.sources[label]
        ]
        return scopes[0] if len(scopes) == 1 else scopes

    def give(self, block: Block, result: Source) -> None:
        """Notes where a block's output is to be had; that of what is in it, too."""
        self.results |= dict.fromkeys((each.label for each in walk([block])), result)

    def data(self, labels: tuple[str, ...]) -> dict[str, Source]:
        """The inputs that stand for the use of other blocks' outputs."""
        return {data_input(label): self.results[label] for label in labels}


def _add_blocks(made: _Made) -> None:
    """The ops between ``start`` and ``finish``."""
    for node in made.ops.plan.nodes:
        match node:
            case BlockNode():
                inputs = {SCOPE: made.scope(node.block.label), **made.data(node.data_from)}
                _add_block(made, node, inputs)
            case LoopNode():
                _add_loop(made, node)
            case _:
                assert_never(node)


def _add_block(made: _Made, node: BlockNode, inputs: Mapping[str, InputSource]) -> None:
    label = node.block.label
    made.nodes.add(made.ops.block(node), node.op, inputs)
    made.give(node.block, Source(node.op, RESULT))
    made.ways |= {(label, to): Source(node.op, way_out(to)) for to in node.targets}
    made.scopes[label] = Source(node.op, SCOPE)


def _add_last(made: _Made) -> tuple[Source | list[Source], int]:
    """What leads to ``finish``, the ``finally`` block included, and from how many ops."""
    last, scope = made.ops.plan.last, made.scope(None)
    if last is None:
        return scope, len(made.ops.plan.sources[None])
    _add_block(made, last, {SCOPE: scope})
    return made.scopes[last.block.label], 1


def _resources(given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with what was given; an ``io_manager`` is meant for what blocks hand on, too."""
    between = {IO_MANAGER: given["io_manager"]} if "io_manager" in given else {}
    return {**job_resources(), **between, **given}


def _add_loop(made: _Made, node: LoopNode) -> None:
    label = node.block.label
    inputs = {SCOPE: made.scope(label), **made.data(node.data_from)}
    made.nodes.add(made.ops.fan_out(node), node.op, inputs)
    iterations = _add_body(made, node)
    ends = {ENTRY: Source(node.op, ENTRY), ITERATIONS: iterations}
    made.nodes.add(made.ops.collect(node), node.collect, ends)
    made.scopes[label] = Source(node.collect, SCOPE)
    made.give(node.block, Source(node.collect, RESULT))


def _add_body(made: _Made, node: LoopNode) -> InputSource:
    """The body of a mapped loop, stage by stage.

    Returns:
        Its iterations at the end, collected.
    """
    mapped = Source(node.op, ITERATIONS)
    iterations: InputSource = Collected(mapped)
    for place, stage in enumerate(node.stages, start=1):
        if not isinstance(stage, LoopNode):
            mapped = _add_stage(made, stage, mapped)
            iterations = Collected(mapped)
            continue
        goes_on = place < len(node.stages)
        entry = Source(node.op, ENTRY)
        inputs = {ENTRY: entry, ITERATIONS: iterations, **made.data(stage.data_from)}
        made.nodes.add(made.ops.fan_out(stage, node), stage.op, inputs)
        inner = {ENTRY: Source(stage.op, ENTRY), ITERATIONS: _add_body(made, stage)}
        made.nodes.add(made.ops.collect(stage, node, fans_out=goes_on), stage.collect, inner)
        mapped = Source(stage.collect, ITERATIONS)
        iterations = Collected(mapped) if goes_on else [Source(stage.collect, TOGETHER)]
    return iterations


def _add_stage(made: _Made, stage: tuple[BlockNode, ...], item: Source) -> Source:
    current = item
    for node in stage:
        inputs: dict[str, InputSource] = {SCOPE: current, **made.data(node.data_from)}
        if node.follows_in_stage:
            inputs[ITERATION] = item
        made.nodes.add(made.ops.block(node), node.op, inputs)
        current = Source(node.op, SCOPE)
    return current
