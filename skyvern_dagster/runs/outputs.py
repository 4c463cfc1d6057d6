"""``outputs`` in the documented shape: ``<label>_output``, loops twice.

See docs/contract.md#outputs.
"""

from __future__ import annotations

from typing import Any

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.execution.collecting import output_parameter
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow


def collect_outputs(
    workflow: Workflow, records: list[BlockRecord], created_at: str
) -> dict[str, Any]:
    """Outputs in the definition's order; of a loop that goes on what there is yet."""
    outputs: dict[str, Any] = {}
    for block in walk(workflow.definition.blocks):
        last = [record for record in records if record.label == block.label]
        if last:
            outputs[f"{block.label}_output"] = last[-1].outcome.output
        elif isinstance(block, LoopBlock):
            partial = _partial_loop(block, workflow, records, created_at)
            if partial:
                outputs[f"{block.label}_output"] = partial
    return outputs


def _partial_loop(
    loop: LoopBlock, workflow: Workflow, records: list[BlockRecord], created_at: str
) -> list[list[dict[str, Any]]]:
    """What a loop that hasn't been collected has given so far."""
    body: list[Block] = list(loop.loop_blocks)
    labels = [block.label for block in body]
    inside = [record for record in records if record.label in labels and record.iteration]
    # A nested loop has one output per iteration of the outer one: the last of them counts.
    around = max((_around(record) for record in inside), default="")
    inside = [record for record in inside if _around(record) == around]
    iterations: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(inside, key=lambda each: (each.iteration, labels.index(each.label))):
        iterations.setdefault(record.iteration, []).append(
            {
                "loop_value": record.loop_value,
                "output_parameter": output_parameter(workflow, record.label, created_at),
                "output_value": record.outcome.output,
            }
        )
    return list(iterations.values())


def _around(record: BlockRecord) -> str:
    """Path of the iteration in which the record's own loop stands."""
    return record.iteration.rpartition("__")[0]
