"""What blocks of a loop may know of the iterations that come after their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.context import LaterNames
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.execution.loop_items import is_in_words, loop_frame, loop_items
from skyvern_dagster.execution.loop_rules import loops_around
from skyvern_dagster.execution.names import Names
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.execution.side_by_side import run_width
from skyvern_dagster.workflow.flow import flow_of
from skyvern_dagster.workflow.loader import Workflow


def later_names(workflow: Workflow, block: Block, scope: Scope) -> LaterNames | None:
    """What the texts of a block may refer to in the iterations after this one.

    Args:
        block: In the body of the innermost loop.
        scope: In which it begins.

    Returns:
        ``None`` unless the block begins its iteration, and others may go on beside it: what later
        ones begin with is then known, and they begin whatever becomes of this one.
    """
    loops = loops_around(workflow, scope)
    loop = loops[-1] if loops else None
    if not isinstance(loop, ForLoopBlock) or loop.shares_page or is_in_words(loop):
        return None
    width = min(loop.width.at_most or run_width(), run_width())
    if width == 1 or scope.entries or flow_of(loop.loop_blocks).first != block.label:
        return None
    around = scope.model_copy(update={"frames": scope.frames[:-1]})

    def names() -> Iterator[Mapping[str, Any]]:
        items = loop_items(workflow, loop, around)
        for index in range(scope.frames[-1].index + 1, len(items)):
            frame = loop_frame(loop, around, items, index)
            beside = scope.model_copy(update={"frames": (*around.frames, frame)})
            yield Names(workflow.definition, beside)

    return LaterNames(width, names)
