"""What a run has cost: numbers that Dagster plots over an asset's materializations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import dagster as dg

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.workflow.loader import Workflow


def totals(workflow: Workflow, store: ArtifactStore, workflow_run_id: str) -> dict[str, Any]:
    """Steps, seconds, tokens and cost of all blocks, and how many steps each planner took."""
    records = RunRecords(store, workflow_run_id).all(workflow)
    steps = [step for record in records for step in record.outcome.steps]
    planners = Counter(step.planner for step in steps)
    return {
        "agent_step_count": dg.MetadataValue.int(len(steps)),
        "agent_seconds": dg.MetadataValue.float(float(sum(step.seconds for step in steps))),
        "input_tokens": dg.MetadataValue.int(sum(step.input_tokens for step in steps)),
        "output_tokens": dg.MetadataValue.int(sum(step.output_tokens for step in steps)),
        "cost_usd": dg.MetadataValue.float(float(sum(step.cost_usd for step in steps))),
        **{f"steps_by_{name}": dg.MetadataValue.int(n) for name, n in sorted(planners.items())},
    }
