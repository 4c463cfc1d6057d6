"""The plan: which ops a definition becomes, and what connects them. Pure data, no Dagster.

``scope`` edges follow the flow of the definition. Data edges follow the names that a block uses, so
that the graph in the UI shows where values come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.compiler.data_edges import Producers
from skyvern_dagster.execution.handing_on import hand_on_after, least_handed_on, needed_by
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.flow import flow_of
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.op_names import op_name

START = "start"
FINISH = "finish"


@dataclass(frozen=True)
class BlockNode:
    """A block that is one op; a loop that can't be flattened is one, too.

    Attributes:
        op: Name of the op, after the label.
        hand_on: What later blocks need of the browser session.
        loops: The mapped loops around it, outermost first.
        data_from: Labels of the blocks whose outputs it uses.
        priority: Rising along a loop's body, so that Dagster finishes an iteration before it
            begins the next (otherwise it goes breadth-first).
        stage: Labels of the blocks of the body that are mapped in one go with it, itself included.
        targets: At the top level, the labels at which a conditional may go on (``None`` is the
            end); empty for other blocks.
    """

    op: str
    block: Block
    hand_on: HandOn
    loops: tuple[ForLoopBlock, ...] = ()
    data_from: tuple[str, ...] = ()
    priority: int = 0
    stage: tuple[str, ...] = ()
    targets: tuple[str | None, ...] = ()

    @property
    def follows_in_stage(self) -> bool:
        """Whether it is mapped, and not the first of what is mapped in one go."""
        return bool(self.stage) and self.stage[0] != self.block.label


@dataclass(frozen=True)
class LoopNode:
    """A loop that is flattened: an op that fans out, a mapped body, an op that collects.

    A loop in its body that is flattened, too, takes the iterations of this one together, fans its
    own items of all of them out, and collects them for each.

    Attributes:
        op: Name of the op that fans out, after the label.
        collect: Name of the op that collects.
        loops: The mapped loops around it, outermost first.
        body: In the order in which they are carried out.
    """

    op: str
    collect: str
    block: ForLoopBlock
    body: tuple[Node, ...]
    loops: tuple[ForLoopBlock, ...] = ()
    data_from: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[tuple[BlockNode, ...] | LoopNode, ...]:
        """The body cut at its flattened loops: what is mapped in one go, and those loops."""
        found: list[list[BlockNode] | LoopNode] = []
        for node in self.body:
            if isinstance(node, LoopNode):
                found.append(node)
            elif found and isinstance(found[-1], list):
                found[-1].append(node)
            else:
                found.append([node])
        return tuple(tuple(each) if isinstance(each, list) else each for each in found)

    def labels_before(self, inner: LoopNode) -> tuple[str, ...]:
        """The labels of the blocks of its body that come before a loop in it."""
        place = self.body.index(inner)
        return tuple(node.block.label for node in self.body[:place])


Node = BlockNode | LoopNode


@dataclass(frozen=True)
class Plan:
    """Everything between ``start`` and ``finish``, in order.

    Attributes:
        sources: Label -> the labels that lead to it (``None`` is ``start``); those that lead to
            the end under ``None``.
        last: The ``finally`` block, where there is one.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    sources: Mapping[str | None, tuple[str | None, ...]]
    last: BlockNode | None = None

    def lines(self) -> Iterator[str]:
        """The plan as text, for ``skyvern-dagster validate --plan``."""
        yield f"job {self.name}"
        yield f"  op {START}"
        before: str | None = None
        for node in self.nodes:
            after = self.sources[node.block.label]
            yield from _lines(node, "  ", _way(after, before))
            before = node.block.label
        if self.last is not None:
            yield f"{next(iter(_lines(self.last, '  ')))}, however the run has ended"
        yield f"  op {FINISH}"


def make_plan(workflow: Workflow) -> Plan:
    """Lays a definition out as ops."""
    return _Planner(workflow).plan()


def flattens(outer: ForLoopBlock, inner: Block) -> bool:
    """Whether a loop in a loop's body is fanned out for all of its iterations together.

    Not where that could do more than one iteration after the other would: where the outer loop
    stops with the first iteration that fails, the blocks beside the inner loop must not have been
    carried out for the next ones by then, unless ``parallel`` says that they may.
    """
    if not isinstance(inner, ForLoopBlock) or inner.shares_page:
        return False
    return outer.flattens_whole_body or len(outer.loop_blocks) == 1


class _Planner:
    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._definition = workflow.definition
        self._flow = flow_of(self._definition.blocks, self._definition.finally_label)
        self._blocks = {block.label: block for block in self._definition.blocks}
        self._producers = Producers(self._definition, self._flow)

    def plan(self) -> Plan:
        last = self._definition.finally_block
        return Plan(
            self._workflow.name,
            self._definition.title,
            tuple(self._top(self._blocks[label]) for label in self._flow.order),
            self._sources(),
            None if last is None else BlockNode(op_name(last.label), last, "nothing"),
        )

    def _sources(self) -> dict[str | None, tuple[str | None, ...]]:
        ends = [label for label in self._flow.order if None in self._flow.targets(label)]
        found: dict[str | None, tuple[str | None, ...]] = {None: tuple(ends) or (None,)}
        found |= {label: self._flow.sources[label] or (None,) for label in self._flow.order}
        return found

    def _top(self, block: Block) -> Node:
        data_from = self._producers.of(block)
        if isinstance(block, ForLoopBlock) and not block.shares_page:
            return self._loop(block, (), data_from)
        later = [self._blocks[label] for label in self._flow.order]
        later = later[later.index(block) + 1 :]
        last = self._definition.finally_block
        return BlockNode(
            op=op_name(block.label),
            block=block,
            hand_on=needed_by(
                [*later, *([] if last is None else [last])],
                least=least_handed_on(self._workflow),
            ),
            data_from=data_from,
            targets=self._flow.targets(block.label) if block.label in self._flow.branches else (),
        )

    def _loop(
        self, loop: ForLoopBlock, around: tuple[ForLoopBlock, ...], data_from: tuple[str, ...]
    ) -> LoopNode:
        loops = (*around, loop)
        flow = flow_of(loop.loop_blocks)
        inner = {block.label: block for block in loop.loop_blocks}
        node = LoopNode(
            op=op_name(loop.label),
            collect=f"{op_name(loop.label)}__collect",
            block=loop,
            body=tuple(
                self._inside(inner[label], loops, priority)
                for priority, label in enumerate(flow.order, start=1)
            ),
            loops=around,
            data_from=data_from,
        )
        return replace(node, body=tuple(_staged(node)))

    def _inside(
        self,
        block: Block,
        loops: tuple[ForLoopBlock, ...],
        priority: int,
    ) -> Node:
        made_inside = {each.label for each in walk([loops[0]])}
        producers = self._producers.of(block, within=loops[0])
        data_from = tuple(label for label in producers if label not in made_inside)
        if isinstance(block, ForLoopBlock) and flattens(loops[-1], block):
            return self._loop(block, loops, data_from)
        return BlockNode(
            op=op_name(block.label),
            block=block,
            hand_on=hand_on_after(block, loops[-1]),
            loops=loops,
            data_from=data_from,
            priority=priority,
        )


def _staged(loop: LoopNode) -> Iterator[Node]:
    for stage in loop.stages:
        if isinstance(stage, LoopNode):
            yield stage
        else:
            labels = tuple(node.block.label for node in stage)
            yield from (replace(node, stage=labels) for node in stage)


def _lines(node: Node, indent: str, way: str = "") -> Iterator[str]:
    edges = _edges(node.data_from) + way
    mark = "[*]" if node.loops else ""
    match node:
        case BlockNode():
            yield f"{indent}op {node.op}{mark} [{node.block.block_type}]{edges}"
        case LoopNode():
            width = node.block.width
            yield f"{indent}op {node.op} [{node.block.block_type}, fans out]{edges}"
            yield f"{indent}  # {width}"
            for inner in node.body:
                yield from _lines(inner, f"{indent}  ")
            yield f"{indent}op {node.collect} [collects]"
        case _:
            assert_never(node)


def _way(sources: Sequence[str | None], before: str | None) -> str:
    """Where an op comes after others than the one above it."""
    if tuple(sources) == (before,):
        return ""
    return f" after {' or '.join(label or START for label in sources)}"


def _edges(labels: Sequence[str]) -> str:
    return f" <- {', '.join(labels)}" if labels else ""
