"""``outputs=v2``: the finished shape of outputs (docs/contract.md#typed-outputs).

Each entry says its block type, label and status beside its typed output; the blocks of a loop
stand inside the loop only, per iteration; uploads carry a signed URL.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ConfigDict, RootModel

from skyvern_dagster.blocks.any_block import AnyEntry
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.entry import BlockEntry
from skyvern_dagster.blocks.loop import LoopBlock, LoopEntry, LoopIteration
from skyvern_dagster.blocks.registry import holds_blocks
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.execution.scope import block_key
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster.runs.links import Links


class TypedOutputs(RootModel[dict[str, AnyEntry]]):
    """Block label -> what it gave, for the blocks at the top level that have begun."""

    model_config = ConfigDict(defer_build=True)


holds_blocks(TypedOutputs)


def typed_outputs(facts: RunFacts, links: Links) -> dict[str, BlockEntry]:
    """The run's outputs in the finished shape."""
    return _entries(facts.workflow.definition.blocks, facts, links, "")


def _entries(
    blocks: Sequence[Block], facts: RunFacts, links: Links, iteration: str
) -> dict[str, BlockEntry]:
    entries = {}
    for block in blocks:
        entry = _entry(block, facts, links, iteration)
        if entry is not None:
            entries[block.label] = entry
    return entries


def _entry(block: Block, facts: RunFacts, links: Links, iteration: str) -> BlockEntry | None:
    key = block_key(block.label, iteration)
    record = facts.by_key.get(key)
    if isinstance(block, LoopBlock):
        return _loop(block, record, facts, links, iteration)
    if record is None:
        return None
    return block.entry_type.of(block.label, record.outcome, links)


def _loop(
    block: LoopBlock, record: BlockRecord | None, facts: RunFacts, links: Links, around: str
) -> LoopEntry | None:
    values = facts.iterations(block, around)
    if record is None and not values:
        return None
    entry_type = block.entry_type
    assert issubclass(entry_type, LoopEntry)
    return entry_type(
        label=block.label,
        status=record.outcome.status if record else "running",
        failure_reason=record.outcome.failure_reason if record else None,
        output=[
            LoopIteration(
                index=int(iteration.rpartition("__")[2]),
                loop_value=value,
                blocks=_entries(block.loop_blocks, facts, links, iteration),
            )
            for iteration, value in values.items()
        ],
    )
