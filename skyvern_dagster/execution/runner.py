"""Running one block, a sequence, or a loop over a scope: the one semantics of a definition."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.blocks.block import Block, LeafBlock
from skyvern_dagster.blocks.extraction import ExtractionBlock
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.judging import judge
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.while_loop import MAX_TURNS, WhileLoopBlock
from skyvern_dagster.errors import BlockError, InfrastructureError, SkyvernDagsterError
from skyvern_dagster.execution.collecting import LoopProblem, collect, iteration_key
from skyvern_dagster.execution.handing_on import hand_on_after, least_handed_on, needed_by
from skyvern_dagster.execution.leaf_runner import LeafRunner, Ran
from skyvern_dagster.execution.loop_items import (
    checked_items,
    is_in_words,
    loop_frame,
    loop_items,
)
from skyvern_dagster.execution.loop_rules import is_fatal, with_ending
from skyvern_dagster.execution.scope import LoopFrame, Scope
from skyvern_dagster.execution.side_by_side import run_width, side_by_side
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.flow import flow_of


@dataclass(frozen=True)
class Runner(LeafRunner):
    """Runs all kinds of blocks of one workflow."""

    def run(self, block: Block, scope: Scope, *, hand_on: HandOn) -> Ran:
        """A block with its retries, or a whole loop in order."""
        match block:
            case ForLoopBlock():
                return self.run_loop(block, scope)
            case WhileLoopBlock():
                return self.run_while(block, scope)
            case LeafBlock():
                return self.run_leaf(block, scope, hand_on)
            case _:
                raise TypeError(f"{type(block).__name__} is neither a loop nor a LeafBlock")

    def carried_out(
        self,
        blocks: Sequence[Block],
        scope: Scope,
        *,
        followed_by: Sequence[Block] = (),
        without: str | None = None,
    ) -> Iterator[tuple[Block, Scope, BlockOutcome]]:
        """Carries out blocks at the top level, until the last one or one that is fatal.

        Args:
            followed_by: What will be carried out afterwards, and may need the browser's state.
            without: Label of a block that isn't part of the sequence: the ``finally`` block.

        Yields:
            Each block with the scope after it and its outcome.
        """
        flow = flow_of(blocks, without)
        by_label = {block.label: block for block in blocks}
        at = flow.first
        while at is not None:
            block = by_label[at]
            later = [by_label[label] for label in flow.order[flow.order.index(at) + 1 :]]
            hand_on = needed_by([*later, *followed_by], least=least_handed_on(self.workflow))
            scope, outcome = self.run(block, scope, hand_on=hand_on)
            yield block, scope, outcome
            if is_fatal(block, outcome):
                return
            at = flow.after(at, block.branch_taken(outcome))

    def run_sequence(self, blocks: Sequence[Block], scope: Scope) -> Scope:
        """As :meth:`carried_out`; ``ended`` of the scope says how a fatal block ended it."""
        for block, after, outcome in self.carried_out(blocks, scope):
            scope = after.with_ending(outcome) if is_fatal(block, outcome) else after
        return scope

    def run_body(
        self, loop: LoopBlock, scope: Scope, labels: Collection[str] | None = None
    ) -> Scope:
        """An iteration, from the block at which its scope stands.

        Args:
            labels: The blocks to carry out; the iteration stops at any other one. All, when left
                out.

        Returns:
            The scope at the end, where a block has ended the iteration (``ended`` says how), or at
            the first other block.
        """
        blocks = {block.label: block for block in loop.loop_blocks}
        while scope.at is not None and (labels is None or scope.at in labels):
            block = blocks[scope.at]
            after, outcome = self.run(block, scope, hand_on=hand_on_after(block, loop))
            scope = self.moved_on(loop, block, after, outcome)
        return scope

    def moved_on(self, loop: LoopBlock, block: Block, after: Scope, outcome: BlockOutcome) -> Scope:
        """The scope of an iteration that goes on after a block, or ends with it."""
        if is_fatal(block, outcome):
            return with_ending(after, loop, block, outcome)
        flow = flow_of(loop.loop_blocks)
        way = flow.after(block.label, block.branch_taken(outcome))
        after = after.model_copy(update={"at": way})
        if not any(frame.is_turn for frame in after.frames):
            return after
        # What a block said in an earlier turn isn't what it says in one that passes it over.
        passed = flow.between(block.label, way)
        skipped = walk(each for each in loop.loop_blocks if each.label in passed)
        return after.without_outputs({each.label for each in skipped})

    def way_on(self, block: Block, outcome: BlockOutcome) -> str | None:
        """Label at which the run goes on after a block at the top level; ``None`` at the end."""
        definition = self.workflow.definition
        flow = flow_of(definition.blocks, definition.finally_label)
        return flow.after(block.label, block.branch_taken(outcome))

    def enter(self, loop: ForLoopBlock, scope: Scope) -> list[LoopFrame]:
        """Begins a loop: one frame per item.

        Raises:
            BlockError: As :func:`~skyvern_dagster.execution.loop_items.loop_items`.
        """
        if is_in_words(loop):
            items = self._read_off_page(loop, scope)
        else:
            items = loop_items(self.workflow, loop, scope)
        self._forget_earlier(loop, scope)
        return [loop_frame(loop, scope, items, index) for index in range(len(items))]

    def _read_off_page(self, loop: ForLoopBlock, scope: Scope) -> list[Any]:
        """A list that a loop asks for in words: an extraction on the page as it is."""
        wanted = loop.data_schema if isinstance(loop.data_schema, dict) else {"type": "string"}
        values = {"type": "array", "items": wanted}
        block = ExtractionBlock(
            block_type="extraction",
            label=f"{loop.label}__list",
            data_extraction_goal=loop.reference,
            data_schema={"type": "object", "properties": {"loop_values": values}},
        )
        _, outcome = self.attempt(block, scope, hand_on="nothing")
        if not outcome.completed:
            raise BlockError(f"the list to loop over, {loop.reference!r}: {outcome.failure_reason}")
        read = outcome.output["extracted_information"] or {}
        return checked_items(read.get("loop_values", read), loop.reference)

    def begun(self, loop: LoopBlock, scope: Scope, frame: LoopFrame) -> Scope:
        """The scope in which an iteration of a loop begins."""
        at = flow_of(loop.loop_blocks).first
        return scope.iteration_scope(frame, at, fork=not loop.shares_page)

    def run_loop(self, loop: ForLoopBlock, scope: Scope) -> Ran:
        """A loop: one iteration after the other, or as many at once as its body allows."""
        try:
            frames = self.enter(loop, scope)
        except BlockError as error:
            return self.failed_loop(loop, scope, str(error))
        width = min(loop.width.at_most or run_width(), run_width())
        if width > 1 and not loop.shares_page:
            return self.collected(loop, scope, self._side_by_side(loop, scope, frames, width))
        iterations: list[Scope] = []
        current = scope
        for frame in frames:
            iterations.append(self.run_body(loop, self.begun(loop, current, frame)))
            if iterations[-1].ended_loop:
                break
            if loop.shares_page:
                current = iterations[-1].left(scope)
        return self.collected(loop, scope, iterations)

    def _side_by_side(
        self, loop: ForLoopBlock, scope: Scope, frames: Sequence[LoopFrame], width: int
    ) -> list[Scope]:
        def iteration(frame: LoopFrame) -> Scope:
            return self.run_body(loop, self.begun(loop, scope, frame))

        todo = [partial(iteration, frame) for frame in frames]
        return side_by_side(todo, width=width, is_last=lambda each: bool(each.ended_loop))

    def run_while(self, loop: WhileLoopBlock, scope: Scope) -> Ran:
        """A ``while_loop``: its condition, its body, its condition, ... on one page."""
        self._forget_earlier(loop, scope)
        iterations: list[Scope] = []
        current = scope
        for index in itertools.count():
            key = iteration_key(scope.iteration, index, MAX_TURNS)
            frame = LoopFrame(label=loop.label, index=index, key=key, value=None, is_turn=True)
            turn = self.begun(loop, current, frame)
            holds, problem = self._holds(loop, turn)
            if holds and index == MAX_TURNS:
                problem = LoopProblem(f"its condition still holds after {MAX_TURNS} turns")
            if problem is not None:
                return self.collected(loop, scope, iterations, problem)
            if not holds:
                break
            iterations.append(self.run_body(loop, turn))
            if iterations[-1].ended_loop:
                break
            current = iterations[-1].left(scope)
        return self.collected(loop, scope, iterations)

    def _holds(self, loop: WhileLoopBlock, turn: Scope) -> tuple[bool, LoopProblem | None]:
        """Whether there is another turn, or why that can't be said."""
        vault = self.vault(turn)
        context = self.contexts.of(
            loop, turn, vault=vault, log=self.log, hand_on="session", fork=turn.fork
        )
        try:
            judgement = judge([loop.condition], context)
        except InfrastructureError as error:
            return False, LoopProblem(vault.redactor.text(str(error)), infrastructure=True)
        except SkyvernDagsterError as error:
            return False, LoopProblem(vault.redactor.text(str(error)))
        if judgement.error is not None:
            return False, LoopProblem(vault.redactor.text(judgement.error))
        return judgement.holds, None

    def _forget_earlier(self, loop: LoopBlock, scope: Scope) -> None:
        if not self.reuse:
            inner = [block.label for block in walk(loop.inner)]
            self.records(scope).forget_iterations(inner, scope.iteration)

    def failed_loop(self, loop: LoopBlock, scope: Scope, reason: str) -> Ran:
        """A loop that could not begin."""
        outcome = BlockOutcome(status="failed", output=[], failure_reason=reason)
        self.record(loop, scope, outcome)
        return scope.with_outcome(loop.label, outcome), outcome

    def collected(
        self,
        loop: LoopBlock,
        scope: Scope,
        iterations: Sequence[Scope],
        problem: LoopProblem | None = None,
    ) -> Ran:
        """The scope after a loop, and its outcome."""
        after, outcome = collect(loop, scope, iterations, self.workflow, problem)
        self.record(loop, scope, outcome)
        return after, outcome
