"""How a run's ending shows in Dagster: tags that answers and look-ups use, and the red step."""

from __future__ import annotations

from typing import Any

import dagster as dg

from skyvern_dagster import tags
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.compiler.metadata import error_codes
from skyvern_dagster.dagster_internals import add_run_tags
from skyvern_dagster.execution.scope import Scope


def failure(
    context: dg.OpExecutionContext, block_key: str, outcome: BlockOutcome, metadata: dict[str, Any]
) -> dg.Failure:
    """The failure to raise for a block that ends the run; tags the run with how and why."""
    reason = outcome.failure_reason or outcome.status
    found = {
        tags.STATUS: outcome.status,
        tags.ATTEMPT: context.run.run_id,
        tags.FAILURE_REASON: tags.short(reason),
        tags.FAILED_BLOCK: block_key,
    }
    codes = error_codes(outcome)
    if codes:
        found[tags.ERROR_CODES] = tags.short(", ".join(codes))
    add_run_tags(context.instance, context.run.run_id, found)
    return dg.Failure(
        description=f"block {block_key!r} {outcome.status}: {reason}",
        metadata=metadata,
        allow_retries=False,
    )


def mark_finished(context: dg.OpExecutionContext, scope: Scope) -> None:
    """Tags the run as completed."""
    found = {tags.STATUS: "completed", tags.ATTEMPT: context.run.run_id}
    add_run_tags(context.instance, context.run.run_id, found)
    context.log.info(f"{scope.workflow_run_id}: completed with {len(scope.files)} downloads")
