"""From a plan to a Dagster job, with Dagster's public composition only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_never

import dagster as dg

from skyvern_dagster import tags
from skyvern_dagster.compiler.config import parameters_config, parameters_mapping
from skyvern_dagster.compiler.ops import (
    ITERATION,
    RESULT,
    SCOPE,
    block_op,
    collect_op,
    data_input,
    finish_op,
    loop_op,
    start_op,
)
from skyvern_dagster.compiler.plan import START, BlockNode, LoopNode, Plan, make_plan
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.io_manager import SkyvernJsonIOManager
from skyvern_dagster.resources import default_resources
from skyvern_dagster.workflow.loader import Workflow, load_text, load_workflow


def build_job(
    workflow: Workflow,
    *,
    name: str | None = None,
    executor_def: dg.ExecutorDefinition | None = None,
    resource_defs: Mapping[str, Any] | None = None,
) -> dg.JobDefinition:
    """Compiles a workflow into a Dagster job.

    Args:
        name: Job name; the workflow's name when left out.
        executor_def: ``in_process_executor`` when left out: one browser for the whole run. Any
            other executor works, too; browser state is then restored in each process.
        resource_defs: Replaces some of :func:`skyvern_dagster.resources.default_resources`, or
            the ``io_manager``.

    Example:
        .. code-block:: python

            job = build_job(load_workflow("workflows/invoice_retrieval.yaml"))
            defs = dg.Definitions(jobs=[job])
    """
    return build_graph(workflow).to_job(
        name=name or workflow.name,
        executor_def=executor_def or dg.in_process_executor,
        resource_defs={**job_resources(), **(resource_defs or {})},
        tags={
            tags.WORKFLOW: workflow.name,
            tags.WORKFLOW_PERMANENT_ID: workflow.workflow_permanent_id,
        },
        description=workflow.definition.description or workflow.definition.title,
    )


def build_graph(workflow: Workflow) -> dg.GraphDefinition:
    """Compiles a workflow into a graph, for users who make the job themselves."""
    plan = make_plan(workflow)

    def compose() -> None:
        _compose(plan, workflow)

    mapping = parameters_mapping(parameters_config(workflow), START)
    return dg.graph(name=plan.name, config=mapping, description=plan.title)(compose)


def build_definitions(folder: str | Path) -> dg.Definitions:
    """All workflow definitions (``*.yaml``, ``*.yml``) of a folder as jobs.

    Raises:
        DefinitionError: One of them has errors; the message lists those of all files.
    """
    jobs: list[dg.JobDefinition] = []
    problems: list[str] = []
    for path in sorted(Path(folder).glob("*.y*ml")):
        try:
            jobs.append(build_job(load_workflow(path)))
        except DefinitionError as error:
            problems.append(str(error))
    if problems:
        raise DefinitionError("\n".join(problems))
    return dg.Definitions(jobs=jobs)


def job_from_text(text: str, source: str, name: str) -> dg.JobDefinition:
    """The job of a definition's text, for processes that must build it again."""
    return build_job(load_text(text, source=source, name=name))


def job_resources() -> dict[str, Any]:
    """All resources of a job, the IO manager included."""
    return {**default_resources(), "io_manager": SkyvernJsonIOManager()}


def _compose(plan: Plan, workflow: Workflow) -> None:
    scope: Any = start_op(workflow)()
    results: dict[str, Any] = {}
    for node in plan.nodes:
        match node:
            case BlockNode():
                outputs = block_op(node, workflow)(scope, **_data(node.data_from, results))
                scope = getattr(outputs, SCOPE)
                results[node.block.label] = getattr(outputs, RESULT)
            case LoopNode():
                scope = _compose_loop(node, workflow, scope, results)
            case _:
                assert_never(node)
    finish_op(workflow)(scope)


def _compose_loop(node: LoopNode, workflow: Workflow, scope: Any, results: dict[str, Any]) -> Any:
    body_ops = [(inner, block_op(inner, workflow, node.block)) for inner in node.body]
    before = dict(results)

    def iteration(item: Any) -> Any:
        current = item
        for inner, body_op in body_ops:
            inputs = _data(inner.data_from, before)
            if inner.follows_in_body:
                inputs[ITERATION] = item
            current = getattr(body_op(current, **inputs), SCOPE)
        return current

    fanned = loop_op(node, workflow)(scope, **_data(node.data_from, results))
    collected = collect_op(node, workflow)(fanned.entry, fanned.iterations.map(iteration).collect())
    results[node.block.label] = getattr(collected, RESULT)
    for inner in node.body:
        results[inner.block.label] = results[node.block.label]
    return getattr(collected, SCOPE)


def _data(labels: tuple[str, ...], results: dict[str, Any]) -> dict[str, Any]:
    return {data_input(label): results[label] for label in labels}
