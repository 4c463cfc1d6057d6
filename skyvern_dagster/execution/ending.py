"""How a run ended, and what its definition has put up with on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.outcome import BlockOutcome, BlockStatus
from skyvern_dagster.blocks.terminate import TerminateBlock
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.collecting import BETWEEN_KEYS
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow

_TOLD = 3
"""How many of the items that are missing a sentence names; the answer lists all of them."""


class UnfinishedItem(BaseModel):
    """A block, or an iteration of one, that did not reach its goal in a run that went on.

    Attributes:
        block_key: ``label``, or ``label/<iteration>``.
        status: ``failed`` (something broke), ``terminated`` (the agent judged that it can't be
            done), ``canceled``, ``timed_out`` or ``skipped``.
        loop_value: The item, in a loop.
        error_codes: The codes that the agent has reported.
        may_pass: Whether trying it again may help: ``resume`` does.
        foreseen: Whether it terminated in a situation that the definition has a code for, so that
            it isn't missing: an order that has no invoice.
    """

    model_config = ConfigDict(frozen=True)

    block_key: str
    label: str
    status: BlockStatus
    failure_reason: str | None = None
    loop_value: Any = None
    error_codes: tuple[str, ...] = ()
    may_pass: bool = False
    foreseen: bool = False

    @property
    def sentence(self) -> str:
        """Which item, and why: for people."""
        value = self.loop_value
        shown = f" ({value})" if isinstance(value, str | int | float) else ""
        return f"{self.block_key}{shown} {self.status}: {self.failure_reason or '-'}"


@dataclass(frozen=True)
class RunEnding:
    """How a run ended.

    Attributes:
        block_key: The block (and iteration) that ended it, unless it completed.
        unfinished: What a completed run lacks.
    """

    status: BlockStatus
    reason: str | None = None
    block_key: str = ""
    error_codes: tuple[str, ...] = ()
    unfinished: tuple[UnfinishedItem, ...] = ()

    def as_tags(self, attempt: str) -> dict[str, str]:
        """The tags that say so."""
        said = {tags.STATUS: self.status, tags.ATTEMPT: attempt}
        if self.reason is not None:
            said[tags.FAILURE_REASON] = tags.short(self.reason)
        if self.block_key:
            said[tags.FAILED_BLOCK] = self.block_key
        if self.error_codes:
            said[tags.ERROR_CODES] = tags.short(", ".join(self.error_codes))
        lacking = missing(self.unfinished)
        if lacking:
            said[tags.UNFINISHED] = str(len(lacking))
        return said


def block_ending(block_key: str, outcome: BlockOutcome) -> RunEnding:
    """The ending of a run that a block has ended."""
    return RunEnding(
        status=outcome.status,
        reason=outcome.failure_reason or outcome.status,
        block_key=block_key,
        error_codes=tuple(error_codes(outcome)),
    )


def error_codes(outcome: BlockOutcome) -> list[str]:
    """The codes of the errors that a task has reported."""
    errors = outcome.output.get("errors") if isinstance(outcome.output, dict) else None
    return [str(each["error_code"]) for each in errors or [] if each.get("error_code")]


def unfinished_items(workflow: Workflow, records: Sequence[BlockRecord]) -> list[UnfinishedItem]:
    """The items of a run that did not reach their goal, by its records, in their order.

    A loop that lacks iterations isn't counted beside them, and one over an empty list lacks
    nothing; one that could not begin is counted.
    """
    around = dict(_loops_around(workflow.definition.blocks))
    loops = {loop for each in around.values() for loop in each}
    bad = [each for each in records if not each.outcome.completed]
    accounted_for = {loop for each in bad for loop in _passes(each, around.get(each.label, ()))}
    counted = [
        each
        for each in bad
        if each.label not in loops
        or (each.outcome.status == "failed" and (each.label, each.iteration) not in accounted_for)
    ]
    codes = _codes_of(workflow)
    return [_item(each, codes.get(each.label, frozenset())) for each in counted]


def _loops_around(
    blocks: Iterable[Block], outer: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each block's label and those of the loops around it, the outermost first."""
    for block in blocks:
        yield block.label, outer
        yield from _loops_around(block.inner, (*outer, block.label))


def _passes(record: BlockRecord, loops: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The passes of loops that a block's record belongs to, as label and iteration."""
    keys = record.iteration.split(BETWEEN_KEYS)
    for depth, loop in enumerate(loops):
        yield loop, BETWEEN_KEYS.join(keys[:depth])


def missing(items: Iterable[UnfinishedItem]) -> list[UnfinishedItem]:
    """The items that a run lacks: all but those whose end the definition has foreseen."""
    return [each for each in items if not each.foreseen]


def _codes_of(workflow: Workflow) -> dict[str, frozenset[str]]:
    """Label -> the codes of the situations that the definition foresees in the block."""
    return {
        block.label: frozenset(getattr(block, "error_code_mapping", {}))
        | frozenset(workflow.definition.error_codes)
        | frozenset(_own_code(block))
        for block in walk(workflow.definition.blocks)
    }


def _own_code(block: Block) -> Iterator[str]:
    """The code of a block that ends an item on purpose."""
    if isinstance(block, TerminateBlock) and block.error_code:
        yield block.error_code


def incomplete_reason(unfinished: Sequence[UnfinishedItem]) -> str | None:
    """One sentence about what a completed run lacks; ``None`` where it lacks nothing."""
    items = missing(unfinished)
    if not items:
        return None
    named = [each.sentence for each in items[:_TOLD]]
    more = f"; and {len(items) - _TOLD} more" if len(items) > _TOLD else ""
    noun = "item is" if len(items) == 1 else "items are"
    return f"completed, but {len(items)} {noun} missing: {'; '.join(named)}{more}"


def _item(record: BlockRecord, foreseen: frozenset[str]) -> UnfinishedItem:
    outcome = record.outcome
    codes = tuple(error_codes(outcome))
    return UnfinishedItem(
        block_key=record.block_key,
        label=record.label,
        status=outcome.status,
        failure_reason=outcome.failure_reason,
        loop_value=record.loop_value,
        error_codes=codes,
        foreseen=outcome.status == "terminated" and not foreseen.isdisjoint(codes),
        may_pass=outcome.infrastructure or (outcome.status == "failed" and outcome.retryable),
    )
