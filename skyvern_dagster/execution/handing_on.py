"""What a block leaves of its browser session for those that come after it."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.flow import flow_of
from skyvern_dagster.workflow.loader import Workflow


def hand_on_after(block: Block, loop: LoopBlock) -> HandOn:
    """What is needed of the browser session that a block of a loop's body leaves.

    Where iterations share a page, the next one begins with what the last block has left, and so
    does whatever follows the loop.
    """
    if loop.shares_page:
        return needed_by(loop.loop_blocks)
    flow = flow_of(loop.loop_blocks)
    blocks = {each.label: each for each in loop.loop_blocks}
    return needed_by([blocks[label] for label in flow.order[flow.order.index(block.label) + 1 :]])


def least_handed_on(workflow: Workflow) -> HandOn:
    """What each block at the top level leaves of the browser, whoever comes next."""
    return "state" if workflow.definition.persist_browser_session else "nothing"


def needed_by(later: Sequence[Block], *, least: HandOn = "nothing") -> HandOn:
    """What blocks need of the browser session of the one before them.

    A loop's iterations fork from the state, so the live session is of no use to them.

    Args:
        least: What is handed on in any case.
    """
    if any(block.uses_browser() for block in later):
        return "session"
    return "state" if any(block.takes_browser_state for block in walk(later)) else least
