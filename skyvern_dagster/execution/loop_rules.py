"""What a failure in a loop's body means for the iteration, the loop and the loops around it.

============================  ======================  =============  ======================
flag                          the iteration           the loop       the run
============================  ======================  =============  ======================
none                          ends                    ends, failed   ends
block continue_on_failure     goes on                 goes on        goes on
block next_loop_on_failure    ends                    goes on        goes on
loop next_loop_on_failure     ends                    goes on        goes on
loop continue_on_failure      ends                    goes on,       goes on
                                                      then failed
============================  ======================  =============  ======================

What broke under a block (browser, disk, store) is put up with by none of them: the other
iterations are done where the loop goes on, and then the run fails. A run that waits for a person
pauses in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.execution.scope import Scope, block_key
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow


def is_fatal(block: Block, outcome: BlockOutcome) -> bool:
    """Whether a run, or an iteration, ends with this outcome of a block.

    ``continue_on_failure`` puts up with what a block couldn't do, never with what broke under it:
    an item would be missing from a run that is called completed.
    """
    if outcome.completed:
        return False
    return outcome.says_nothing or not block.continue_on_failure


def goes_on(loop: LoopBlock, block: Block) -> bool:
    """Whether a loop goes on with its next item after a block of its body has ended one."""
    return loop.continue_on_failure or passes_over(loop, block)


def passes_over(loop: LoopBlock, block: Block) -> bool:
    """Whether a loop is none the worse for an item that a block of its body has ended."""
    return loop.next_loop_on_failure or block.next_loop_on_failure


def with_ending(scope: Scope, loop: LoopBlock, block: Block, outcome: BlockOutcome) -> Scope:
    """The scope of an iteration that a block of its body has ended."""
    return scope.with_ending(
        outcome,
        ended_loop=not goes_on(loop, block),
        passed_over=passes_over(loop, block) and not outcome.says_nothing,
    )


def stopped_by(loops: Sequence[LoopBlock], block: Block) -> int:
    """How many of the loops around a block go no further once it has ended an iteration.

    Args:
        loops: The loops around it, outermost first.

    Returns:
        Counted from the innermost one; as many as there are loops means that the run ends.
    """
    inner = block
    for count, loop in enumerate(reversed(loops)):
        if goes_on(loop, inner):
            return count
        inner = loop
    return len(loops)


def loops_around(workflow: Workflow, scope: Scope) -> list[LoopBlock]:
    """The loops that a scope is inside of, outermost first."""
    blocks = {each.label: each for each in walk(workflow.definition.blocks)}
    around = (blocks[frame.label] for frame in scope.frames)
    return [each for each in around if isinstance(each, LoopBlock)]


def loop_keys(scope: Scope) -> list[str]:
    """The block keys of the loops that a scope is inside of, outermost first."""
    paths = ["", *(frame.key for frame in scope.frames[:-1])]
    return [block_key(frame.label, path) for frame, path in zip(scope.frames, paths, strict=True)]
