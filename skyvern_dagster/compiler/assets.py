"""From a workflow to graph-backed assets: one op per block, mapped iterations, items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.compiler.asset_finish import VALUE, items_partitions
from skyvern_dagster.compiler.block_ops import BlockOps
from skyvern_dagster.compiler.job import asset_graph
from skyvern_dagster.compiler.partitioning import partitions_definition
from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.translator import DagsterSkyvernTranslator, SkyvernAssetData
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.op_names import clean_name, op_name
from skyvern_dagster.workflow.parameters import coerce
from skyvern_dagster.workflow.partition_settings import Partitions

WorkflowAsset = dg.AssetsDefinition | dg.AssetSpec


def build_assets(
    workflow: Workflow,
    *,
    dagster_skyvern_translator: DagsterSkyvernTranslator | None = None,
    partitions: Partitions | None = None,
    parameters: Mapping[str, Any] | None = None,
    block_ops: BlockOps | None = None,
) -> list[WorkflowAsset]:
    """Compiles a workflow into assets.

    The first is graph-backed: one op per block, mapped iterations, and as its value a
    :class:`~skyvern_dagster.execution.result.WorkflowResult`; blocks that the definition's
    ``dagster.blocks`` names are further outputs of it. After it comes one spec per loop, whose
    partitions are the items found, each materialized with its own metadata.

    The resources of :func:`~skyvern_dagster.resources.services.default_resources` and
    ``skyvern_io_manager`` must be in the definitions; :func:`skyvern_dagster.build_definitions`
    and the component see to that.

    Args:
        dagster_skyvern_translator: Says what the assets are called and belong to.
        partitions: How the asset is cut, instead of ``dagster.partitions``.
        parameters: Values for its runs, over ``dagster.parameters``.
        block_ops: The ops of its blocks, where its job has them, too.

    Raises:
        ParameterError: A parameter isn't the workflow's, or its value doesn't fit.

    Example:
        .. code-block:: python

            workflow = load_workflow("workflows/invoice_retrieval.yaml")
            defs = dg.Definitions(
                assets=build_assets(workflow, parameters={"website_url": "https://shop.example"}),
                resources=asset_resources(),
            )
    """
    translator = dagster_skyvern_translator or DagsterSkyvernTranslator()
    launch = asset_target(
        workflow, translator=translator, partitions=partitions, parameters=parameters or {}
    )
    specs = asset_specs(workflow, launch, translator)
    cut = launch.partitions
    definition = dg.AssetsDefinition.from_graph(
        asset_graph(workflow, launch, block_ops),
        keys_by_input_name={
            f"after_{index}": dg.AssetKey.from_user_string(key)
            for index, key in enumerate(workflow.definition.dagster.deps)
        },
        keys_by_output_name={name: spec.key for name, spec in specs.items()},
        partitions_def=None if cut is None else partitions_definition(cut),
        backfill_policy=_backfill_policy(workflow, cut),
    )
    by_key = {spec.key: spec for spec in specs.values()}
    return [
        definition.map_asset_specs(lambda spec: _described(spec, by_key[spec.key])),
        *item_specs(workflow, launch, translator),
    ]


def asset_keys(workflow: Workflow, translator: DagsterSkyvernTranslator) -> set[dg.AssetKey]:
    """The keys of all assets that a workflow becomes."""
    launch = asset_target(workflow, translator=translator, partitions=None, parameters={})
    specs = (*asset_specs(workflow, launch, translator).values(),)
    return {spec.key for spec in (*specs, *item_specs(workflow, launch, translator))}


def asset_target(
    workflow: Workflow,
    *,
    translator: DagsterSkyvernTranslator,
    partitions: Partitions | None,
    parameters: Mapping[str, Any],
) -> CompileTarget:
    """What stands fast about the asset's runs.

    Raises:
        ParameterError: As :func:`build_assets`.
    """
    section = workflow.definition.dagster
    key = tuple(translator.get_asset_spec(SkyvernAssetData(workflow)).key.path)
    return CompileTarget(
        graph=f"{'__'.join(clean_name(part) for part in key)}__asset",
        asset=key,
        items={
            loop.label: tuple(
                translator.get_asset_spec(SkyvernAssetData(workflow, loop, is_items=True)).key.path
            )
            for loop in _loops(workflow)
        },
        partitions=partitions or section.partitions,
        parameters=_checked(workflow, {**section.parameters, **parameters}),
        blocks=tuple(section.blocks),
    )


def asset_specs(
    workflow: Workflow, launch: CompileTarget, translator: DagsterSkyvernTranslator
) -> dict[str, dg.AssetSpec]:
    """Output of the graph -> its asset."""
    blocks = {block.label: block for block in workflow.definition.blocks}
    return {
        VALUE: translator.get_asset_spec(SkyvernAssetData(workflow)),
        **{
            op_name(label): translator.get_asset_spec(SkyvernAssetData(workflow, blocks[label]))
            for label in launch.blocks
        },
    }


def item_specs(
    workflow: Workflow, launch: CompileTarget, translator: DagsterSkyvernTranslator
) -> list[dg.AssetSpec]:
    """The assets of the loops' items: not materialized by themselves, one partition per item."""
    return [
        translator.get_asset_spec(
            SkyvernAssetData(workflow, loop, is_items=True)
        ).replace_attributes(
            deps=[dg.AssetDep(dg.AssetKey(launch.asset), partition_mapping=_every_item(launch))],
            partitions_def=dg.DynamicPartitionsDefinition(
                name=items_partitions(launch.items[loop.label])
            ),
        )
        for loop in _loops(workflow)
    ]


def _every_item(launch: CompileTarget) -> dg.PartitionMapping | None:
    """Any partition of the workflow may have made an item."""
    return None if launch.partitions is None else dg.AllPartitionMapping()


def _loops(workflow: Workflow) -> Sequence[ForLoopBlock]:
    return [block for block in workflow.definition.blocks if isinstance(block, ForLoopBlock)]


def _described(spec: dg.AssetSpec, by: dg.AssetSpec) -> dg.AssetSpec:
    return spec.replace_attributes(
        description=by.description,
        group_name=by.group_name,
        tags=by.tags,
        metadata={**spec.metadata, **by.metadata},
        owners=by.owners,
        automation_condition=by.automation_condition,
        freshness_policy=by.freshness_policy,
        code_version=by.code_version,
    )


def _backfill_policy(workflow: Workflow, cut: Partitions | None) -> dg.BackfillPolicy | None:
    """None is a run per partition, tagged with it; ``multi_run(1)`` would tag a range instead."""
    if cut is None or workflow.definition.dagster.backfill != "one_run":
        return None
    return dg.BackfillPolicy.single_run()


def _checked(workflow: Workflow, parameters: Mapping[str, Any]) -> dict[str, Any]:
    declared = {each.key: each for each in workflow.definition.workflow_parameters}
    unknown = [key for key in parameters if key not in declared]
    if unknown:
        known = ", ".join(declared) or "none"
        raise ParameterError(
            f"workflow {workflow.name!r} has no parameters {', '.join(unknown)} (it has: {known})"
        )
    return {
        key: coerce(key, declared[key].workflow_parameter_type, value)
        for key, value in parameters.items()
    }
