"""From workflows to everything that a code location has of them: jobs, assets, schedules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeGuard

import dagster as dg

from skyvern_dagster.compiler.assets import WorkflowAsset, build_assets
from skyvern_dagster.compiler.block_ops import BlockOps
from skyvern_dagster.compiler.browser_executor import browser_executor
from skyvern_dagster.compiler.executors import LOCATION
from skyvern_dagster.compiler.job import asset_resources, build_job
from skyvern_dagster.compiler.limits import run_tags
from skyvern_dagster.compiler.schedules import build_schedule
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.translator import DagsterSkyvernTranslator
from skyvern_dagster.workflow.loader import Workflow, load_workflow
from skyvern_dagster.workflow.partition_settings import Partitions


def build_definitions(
    folder: str | Path,
    *,
    dagster_skyvern_translator: DagsterSkyvernTranslator | None = None,
    resources: Mapping[str, Any] | None = None,
    executor_def: dg.ExecutorDefinition | Literal["browser"] | None = "browser",
) -> dg.Definitions:
    """All workflow definitions (``*.yaml``, ``*.yml``) of a folder: jobs, assets and schedules.

    Args:
        resources: Replaces some of the resources that workflows use.
        executor_def: What carries steps out, of the workflows' jobs as of *Materialize* and
            backfills: ``browser`` is :func:`browser_executor`; ``None`` where the project says that
            itself (``Definitions(executor=...)``).

    Raises:
        DefinitionError: One of them has errors; the message lists those of all files.

    Example:
        .. code-block:: python

            defs = build_definitions(
                "workflows", resources={"browser": BrowserResource(trace=False)}
            )
    """
    workflows = load_all(sorted(Path(folder).glob("*.y*ml")))
    parts = [
        workflow_definitions(
            workflow,
            dagster_skyvern_translator=dagster_skyvern_translator,
            resources=resources,
            executor_def=executor_def,
        )
        for workflow in workflows
    ]
    executor = browser_executor if executor_def == "browser" else executor_def
    return dg.Definitions.merge(
        *parts,
        dg.Definitions(resources={**asset_resources(), **(resources or {})}, executor=executor),
    )


def load_all(paths: list[Path]) -> list[Workflow]:
    """Reads workflow definitions.

    Raises:
        DefinitionError: Some have errors, or two have one name; all are in the message.
    """
    by_name: dict[str, tuple[Path, Workflow]] = {}
    problems: list[str] = []
    for path in paths:
        try:
            workflow = load_workflow(path)
        except DefinitionError as error:
            problems.append(str(error))
            continue
        if workflow.name in by_name:
            first = by_name[workflow.name][0]
            problems.append(f"{path}: {first} has the same name {workflow.name!r}: rename a file")
        by_name[workflow.name] = (path, workflow)
    if problems:
        raise DefinitionError("\n".join(problems))
    return [workflow for _, workflow in by_name.values()]


def workflow_definitions(
    workflow: Workflow,
    *,
    dagster_skyvern_translator: DagsterSkyvernTranslator | None = None,
    parameters: Mapping[str, Any] | None = None,
    partitions: Partitions | None = None,
    resources: Mapping[str, Any] | None = None,
    executor_def: dg.ExecutorDefinition | Literal["browser"] | None = "browser",
) -> dg.Definitions:
    """A workflow's job, its assets with the job that makes them, and its schedule.

    The resources that assets need are not among it: they are shared by all workflows of a code
    location, see :func:`asset_resources`.

    Args:
        resources: Replaces some of the job's resources.
        executor_def: Of its jobs; see :func:`build_definitions`.

    Raises:
        DefinitionError: Scheduled runs would lack a parameter.
        ParameterError: As :func:`build_assets`.
    """
    _check_schedule(workflow, parameters or {}, partitions)
    block_ops = BlockOps(workflow, workflow.name)
    executor = browser_executor if executor_def == "browser" else executor_def
    job = build_job(
        workflow,
        executor_def=executor or LOCATION,
        resource_defs=resources,
        block_ops=block_ops,
    )
    section = workflow.definition.dagster
    if not section.asset:
        return _together(workflow, job, [], None)
    assets = build_assets(
        workflow,
        dagster_skyvern_translator=dagster_skyvern_translator,
        partitions=partitions,
        parameters=parameters,
        block_ops=block_ops,
    )
    return _together(workflow, job, assets, asset_job(workflow, assets, executor))


def asset_job(
    workflow: Workflow, assets: list[WorkflowAsset], executor: dg.ExecutorDefinition | None
) -> dg.JobDefinition | Any:
    """The job that materializes a workflow's assets: with our executor in one process.

    The UI's *Materialize* uses the code location's executor instead: ours, unless the project has
    another one. With Dagster's default, a process per op, browser state travels between them.

    Args:
        executor: ``None`` for that of the code location.
    """
    made = next(each for each in assets if _is_made(each))
    return dg.define_asset_job(
        f"{workflow.name}_asset",
        selection=dg.AssetSelection.assets(*made.keys),
        executor_def=executor,
        tags=run_tags(workflow),
        description=f"Materializes the assets of {workflow.name}.",
    )


def _check_schedule(
    workflow: Workflow, parameters: Mapping[str, Any], partitions: Partitions | None
) -> None:
    """Better now than at the first tick.

    Raises:
        DefinitionError: Scheduled runs would lack a parameter.
    """
    section = workflow.definition.dagster
    if section.schedule is None:
        return
    cut = partitions or section.partitions
    given = {*parameters, *section.parameters, *section.schedule.parameters}
    given |= set(cut.parameters if cut else ())
    lacking = [
        each.key
        for each in workflow.definition.workflow_parameters
        if each.required and each.key not in given
    ]
    if lacking:
        raise DefinitionError(
            f"workflow {workflow.name!r}: scheduled runs lack values for "
            f"{', '.join(lacking)}: give "
            "them in 'dagster.parameters', or in the component's 'overrides'"
        )


def _is_made(asset: WorkflowAsset) -> TypeGuard[dg.AssetsDefinition]:
    """Whether it is the graph-backed one: items are specs."""
    return isinstance(asset, dg.AssetsDefinition)


def _together(
    workflow: Workflow, job: dg.JobDefinition, assets: list[WorkflowAsset], of_assets: Any
) -> dg.Definitions:
    graph = next((each.node_def.name for each in assets if _is_made(each)), None)
    schedule = build_schedule(workflow, of_assets or job, graph=graph)
    return dg.Definitions(
        jobs=[job, *([of_assets] if of_assets is not None else [])],
        assets=assets,
        schedules=[schedule] if schedule is not None else [],
    )
