"""The ops of a workflow's blocks, made once for its job and its assets."""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg

from skyvern_dagster.compiler.loop_ops import (
    collect_op,
    inner_collect_op,
    inner_loop_op,
    loop_op,
)
from skyvern_dagster.compiler.ops import block_op
from skyvern_dagster.compiler.plan import BlockNode, LoopNode, Node, make_plan
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

    def block(self, node: BlockNode) -> dg.OpDefinition:
        """The op of a block."""
        sources = 1 if node.loops else self._sources(node)
        return self._once(node.op, lambda name: block_op(node, self._workflow, name, sources))

    def fan_out(self, node: LoopNode, outer: LoopNode | None = None) -> dg.OpDefinition:
        """The op with which a loop begins.

        Args:
            outer: The loop in whose body it is flattened.
        """
        if outer is not None:
            return self._once(
                node.op, lambda name: inner_loop_op(node, outer, self._workflow, name)
            )
        sources = self._sources(node)
        return self._once(node.op, lambda name: loop_op(node, self._workflow, name, sources))

    def collect(
        self, node: LoopNode, outer: LoopNode | None = None, *, fans_out: bool = False
    ) -> dg.OpDefinition:
        """The op with which a loop ends.

        Args:
            outer: The loop in whose body it is flattened.
            fans_out: Whether more of that body comes after it.
        """
        if outer is None:
            return self._once(node.collect, lambda name: collect_op(node, self._workflow, name))
        return self._once(
            node.collect,
            lambda name: inner_collect_op(node, outer, self._workflow, name, fans_out=fans_out),
        )

    def _sources(self, node: Node) -> int:
        if node is self.plan.last:
            return len(self.plan.sources[None])
        return len(self.plan.sources[node.block.label])

    def _once(self, op: str, make: Callable[[str], dg.OpDefinition]) -> dg.OpDefinition:
        if op not in self._made:
            self._made[op] = make(f"{self._prefix}__{op}")
        return self._made[op]
