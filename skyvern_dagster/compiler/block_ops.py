"""The ops of a workflow's blocks, made once for its job and its assets."""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.compiler.ops import block_op, collect_op, loop_op
from skyvern_dagster.compiler.plan import BlockNode, LoopNode, make_plan
from skyvern_dagster.workflow.loader import Workflow


class BlockOps:
    """Makes each op when it is first asked for.

    Names of ops must be unique in a code location, those of other graphs of the same workflow
    included: their own names begin with a graph's. In graphs and step keys they have short ones.

    Args:
        prefix: The graph that they are named after.

    Attributes:
        plan: What there are ops for.
    """

    def __init__(self, workflow: Workflow, prefix: str) -> None:
        self.plan = make_plan(workflow)
        self._workflow = workflow
        self._prefix = prefix
        self._made: dict[str, dg.OpDefinition] = {}

    def block(self, node: BlockNode, loop: ForLoopBlock | None = None) -> dg.OpDefinition:
        """The op of a block.

        Args:
            loop: The loop whose mapped body it is in.
        """
        return self._once(node.op, lambda name: block_op(node, self._workflow, name, loop))

    def fan_out(self, node: LoopNode) -> dg.OpDefinition:
        """The op with which a loop begins."""
        return self._once(node.op, lambda name: loop_op(node, self._workflow, name))

    def collect(self, node: LoopNode) -> dg.OpDefinition:
        """The op with which a loop ends."""
        return self._once(node.collect, lambda name: collect_op(node, self._workflow, name))

    def _once(self, op: str, make: Callable[[str], dg.OpDefinition]) -> dg.OpDefinition:
        if op not in self._made:
            self._made[op] = make(f"{self._prefix}__{op}")
        return self._made[op]
