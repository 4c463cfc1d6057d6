"""How a run's ending shows in Dagster: the red step, with what a person wants to know."""

from __future__ import annotations

from typing import Any

import dagster as dg

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.execution.ending import RunEnding, block_ending, missing
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.scope import Scope


def failure(
    run: WorkflowRun, block: Block, after: Scope, outcome: BlockOutcome, metadata: dict[str, Any]
) -> dg.Failure:
    """The failure to raise for a block that ends the run; makes the ending known.

    The ``finally`` block is carried out here: Dagster begins no op after a step that has failed.
    """
    ending = block_ending(run.ending_block(block, after), outcome)
    if block.label != run.workflow.definition.finally_label:
        _, ending = run.with_finally(after, ending)
    run.end(ending)
    return ended(ending, metadata)


def ended(
    ending: RunEnding, metadata: dict[str, Any], *, allow_retries: bool = False
) -> dg.Failure:
    """The failure to raise for a run that has ended before its last block."""
    return dg.Failure(
        description=f"block {ending.block_key!r} {ending.status}: {ending.reason}",
        metadata=metadata,
        allow_retries=allow_retries,
    )


def complete(run: WorkflowRun, scope: Scope) -> dict[str, Any]:
    """Makes it known that a run has completed, and what it lacks.

    Returns:
        Metadata of the last step.
    """
    ending = run.completion(scope)
    run.keep_profile(scope)
    run.end(ending)
    run.host.log(f"{scope.workflow_run_id}: completed with {len(scope.files)} downloads")
    if ending.reason is not None:
        run.host.log(f"{scope.workflow_run_id}: {ending.reason}")
    if not ending.unfinished:
        return {}
    rows = [
        dg.TableRecord(
            {
                "block": each.block_key,
                "item": "" if each.loop_value is None else str(each.loop_value),
                "status": each.status,
                "failure_reason": each.failure_reason or "",
                "foreseen": ", ".join(each.error_codes) if each.foreseen else "",
                "may pass": "yes, by resuming the run" if each.may_pass else "",
            }
        )
        for each in ending.unfinished
    ]
    return {
        "unfinished_items": dg.MetadataValue.table(rows),
        "missing_items": len(missing(ending.unfinished)),
    }
