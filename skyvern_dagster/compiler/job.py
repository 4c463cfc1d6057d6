"""From a plan to a Dagster job, with Dagster's public composition only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from inspect import Parameter, Signature
from typing import Any, assert_never

import dagster as dg

from skyvern_dagster.compiler.asset_finish import VALUE, asset_finish_op
from skyvern_dagster.compiler.block_ops import BlockOps
from skyvern_dagster.compiler.config import parameters_config, parameters_mapping
from skyvern_dagster.compiler.limits import run_tags
from skyvern_dagster.compiler.ops import ITERATION, RESULT, data_input
from skyvern_dagster.compiler.plan import FINISH, START, BlockNode, LoopNode
from skyvern_dagster.compiler.run_ops import SCOPE, after_inputs, finish_op, start_op
from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.execution import tags
from skyvern_dagster.io_manager import IO_MANAGER, SkyvernJsonIOManager
from skyvern_dagster.resources.services import default_resources
from skyvern_dagster.workflow.loader import Workflow, load_text
from skyvern_dagster.workflow.picture import mermaid, picture


def build_job(
    workflow: Workflow,
    *,
    name: str | None = None,
    executor_def: dg.ExecutorDefinition | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    job_tags: Mapping[str, str] | None = None,
    block_ops: BlockOps | None = None,
) -> dg.JobDefinition:
    """Compiles a workflow into a Dagster job.

    Args:
        name: Job name; the workflow's name when left out.
        executor_def: ``in_process_executor`` when left out: one browser for the whole run. Any
            other executor works, too; browser state is then restored in each process.
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
        executor_def=executor_def or dg.in_process_executor,
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
        scope, _ = _compose(ops, scope)
        finish_op(workflow, launch).alias(FINISH)(scope=scope)

    mapping = parameters_mapping(parameters_config(workflow, launch), START)
    return dg.graph(name=launch.graph, config=mapping, description=ops.plan.title)(compose)


def asset_graph(
    workflow: Workflow, launch: CompileTarget, block_ops: BlockOps | None = None
) -> dg.GraphDefinition:
    """Compiles a workflow into the graph behind its assets: the same ops, and outputs."""
    ops = block_ops or BlockOps(workflow, launch.graph)
    inputs = after_inputs(workflow, launch)

    def compose(**after: Any) -> dict[str, Any]:
        scope = start_op(workflow, launch).alias(START)(**after)
        scope, results = _compose(ops, scope)
        value = asset_finish_op(workflow, launch).alias(FINISH)(scope=scope)
        return {VALUE: value, **{label: results[label] for label in launch.blocks}}

    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=Any) for name in inputs]
    compose.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return dg.graph(
        name=launch.graph,
        config=parameters_mapping(parameters_config(workflow, launch), START),
        description=ops.plan.title,
        ins={name: dg.GraphIn() for name in inputs},
        out={name: dg.GraphOut() for name in (VALUE, *launch.blocks)},
    )(compose)


def job_from_text(text: str, source: str, name: str, from_rest: bool) -> dg.JobDefinition:
    """The job of a definition's text, for processes that must build it again."""
    loaded = load_text(text, source=source, name=name)
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


def _compose(ops: BlockOps, scope: Any) -> tuple[Any, dict[str, Any]]:
    results: dict[str, Any] = {}
    for node in ops.plan.nodes:
        match node:
            case BlockNode():
                op = ops.block(node).alias(node.op)
                outputs = op(scope=scope, **_data(node.data_from, results))
                scope = getattr(outputs, SCOPE)
                results[node.block.label] = getattr(outputs, RESULT)
            case LoopNode():
                scope = _compose_loop(ops, node, scope, results)
            case _:
                assert_never(node)
    return scope, results


def _resources(given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with what was given; an ``io_manager`` is meant for what blocks hand on, too."""
    between = {IO_MANAGER: given["io_manager"]} if "io_manager" in given else {}
    return {**job_resources(), **between, **given}


def _compose_loop(ops: BlockOps, node: LoopNode, scope: Any, results: dict[str, Any]) -> Any:
    body_ops = [(inner, ops.block(inner, node.block).alias(inner.op)) for inner in node.body]
    before = dict(results)

    def iteration(item: Any) -> Any:
        current = item
        for inner, body_op in body_ops:
            inputs = _data(inner.data_from, before)
            if inner.follows_in_body:
                inputs[ITERATION] = item
            current = getattr(body_op(scope=current, **inputs), SCOPE)
        return current

    fan_out = ops.fan_out(node).alias(node.op)
    fanned = fan_out(scope=scope, **_data(node.data_from, results))
    fan_in = ops.collect(node).alias(node.collect)
    iterations = fanned.iterations.map(iteration).collect()
    collected = fan_in(entry=fanned.entry, iterations=iterations)
    results[node.block.label] = getattr(collected, RESULT)
    for inner in node.body:
        results[inner.block.label] = results[node.block.label]
    return getattr(collected, SCOPE)


def _data(labels: tuple[str, ...], results: dict[str, Any]) -> dict[str, Any]:
    return {data_input(label): results[label] for label in labels}
