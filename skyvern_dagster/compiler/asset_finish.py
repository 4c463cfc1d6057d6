"""The end of an asset's run: its value, what a person sees of it, and one event per item."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from collections.abc import Iterator
from typing import Any

import dagster as dg

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.compiler.dagster_host import adopted_run
from skyvern_dagster.compiler.endings import complete
from skyvern_dagster.compiler.item_metadata import item_metadata, items_table
from skyvern_dagster.compiler.metadata import downloads_metadata, picture_metadata
from skyvern_dagster.compiler.plan import FINISH
from skyvern_dagster.compiler.run_ops import SCOPE, Inputs, scope_in, taken_scope
from skyvern_dagster.compiler.target import CompileTarget
from skyvern_dagster.compiler.totals import totals
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.execution.result import WorkflowItem, WorkflowResult, workflow_result
from skyvern_dagster.execution.scope import block_key
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.resources.services import SERVICES
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow

_LONGEST_PARTITION = 120
"""Characters of a partition's key: what a column of Dagster's UI shows. Arbitrary."""

LOCATION_IO_MANAGER = "io_manager"
"""The location's own IO manager, through which nothing goes.

Dagster looks it up for each output of a graph (``dg.GraphOut`` can't name another one), and leaves
it out where no op asks for it: then an asset could not be materialized alone.
"""

VALUE = "value"
"""Name of the graph's output that is the workflow's asset."""

_VALUE_OUT = {VALUE: dg.Out(WorkflowResult, io_manager_key=IO_MANAGER)}


def asset_finish_op(workflow: Workflow, launch: CompileTarget, sources: int = 1) -> dg.OpDefinition:
    """Marks the run as completed and gives the asset's value.

    Args:
        sources: How many ops may lead to it.
    """

    def finish(context: dg.OpExecutionContext, inputs: Inputs) -> Iterator[dg.Output[Any]]:
        scope = taken_scope(inputs)
        run = adopted_run(context, workflow, scope)
        store = run.services.artifacts
        window = launch.window(context)
        result = workflow_result(
            workflow, store, scope, partitions=window.spans if window else None
        )
        report_items(context, launch, result, store)
        metadata = {**result_metadata(workflow, store, result), **complete(run, scope)}
        yield dg.Output(result, VALUE, metadata=metadata)

    return dg.OpDefinition(
        compute_fn=finish,
        name=launch.op_name(FINISH),
        ins={SCOPE: scope_in(sources)},
        outs=_VALUE_OUT,
        required_resource_keys={SERVICES, LOCATION_IO_MANAGER},
        description="Marks the run as completed and gives the asset's value.",
    )


def report_items(
    context: dg.OpExecutionContext,
    launch: CompileTarget,
    result: WorkflowResult,
    store: ArtifactStore,
) -> None:
    """One materialization for each item that has something to show."""
    for loop, key in launch.items.items():
        done = [item for item in result.items if item.loop == loop and item.status == "completed"]
        names = list(dict.fromkeys(partition_of_item(item) for item in done))
        if names:
            context.instance.add_dynamic_partitions(items_partitions(key), names)
        for item in done:
            context.log_event(
                dg.AssetMaterialization(
                    asset_key=dg.AssetKey(key),
                    partition=partition_of_item(item),
                    description=f"{item.key} of {result.workflow_run_id}",
                    metadata=item_metadata(item, result, store),
                )
            )


def result_metadata(
    workflow: Workflow, store: ArtifactStore, result: WorkflowResult
) -> dict[str, Any]:
    """What the asset's page shows of a run."""
    files = [each.file for each in result.files]
    return {
        "workflow_run_id": result.workflow_run_id,
        **downloads_metadata(files, store),
        "download_bytes": sum(file.size for file in files),
        **items_table(result.items),
        **totals(workflow, store, result.workflow_run_id),
        **_last_page(workflow, store, result),
    }


def items_partitions(key: tuple[str, ...]) -> str:
    """Name of the dynamic partitions of an items asset."""
    return "/".join(key)


def partition_of_item(item: WorkflowItem) -> str:
    """An item's key as a partition key: no line breaks, not too long."""
    flat = " ".join(item.key.split()) or "-"
    return flat if len(flat) <= _LONGEST_PARTITION else flat[: _LONGEST_PARTITION - 1] + "…"


def _last_page(workflow: Workflow, store: ArtifactStore, result: WorkflowResult) -> dict[str, Any]:
    shown = [each.screenshot for each in result.items if each.screenshot]
    if shown:
        return picture_metadata(shown[-1], store)
    records = RunRecords(store, result.workflow_run_id)
    for block in reversed(list(walk(workflow.definition.blocks))):
        record = None if isinstance(block, LoopBlock) else records.read(block_key(block.label))
        if record is not None and record.outcome.screenshot:
            return picture_metadata(record.outcome.screenshot, store)
    return {}
