"""The plan: which ops a definition becomes, and what connects them. Pure data, no Dagster.

One line of ``scope`` edges follows the order of the definition. Data edges follow the names that a
block uses, so that the graph in the UI shows where values come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.execution.runner import needed_by
from skyvern_dagster.templating.rendering import is_template, names_used
from skyvern_dagster.workflow.definition import WorkflowDefinition, walk
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import ContextParameter

START = "start"
FINISH = "finish"


@dataclass(frozen=True)
class BlockNode:
    """A block that is one op. A loop inside a loop is one, too: it runs in order inside its op.

    Attributes:
        op: Name of the op: the label.
        hand_on: What later blocks need of the browser session.
        data_from: Labels of the blocks whose outputs it uses.
        priority: Rising along a loop's body, so that Dagster finishes an iteration before it
            begins the next (otherwise it goes breadth-first).
    """

    op: str
    block: Block
    hand_on: HandOn
    data_from: tuple[str, ...] = ()
    priority: int = 0

    @property
    def follows_in_body(self) -> bool:
        """Whether it stands in a mapped loop's body and is not the first there."""
        return self.priority > 1


@dataclass(frozen=True)
class LoopNode:
    """A loop at the top level: an op that fans out, a mapped body, an op that collects.

    Attributes:
        op: Name of the op that fans out: the label.
        collect: Name of the op that collects.
    """

    op: str
    collect: str
    block: ForLoopBlock
    body: tuple[BlockNode, ...]
    data_from: tuple[str, ...] = ()


Node = BlockNode | LoopNode


@dataclass(frozen=True)
class Plan:
    """Everything between ``start`` and ``finish``, in order."""

    name: str
    title: str
    nodes: tuple[Node, ...]

    def lines(self) -> Iterator[str]:
        """The plan as text, for ``skyvern-dagster validate --plan``."""
        yield f"job {self.name}"
        yield f"  op {START}"
        for node in self.nodes:
            yield from _lines(node)
        yield f"  op {FINISH}"


def make_plan(workflow: Workflow) -> Plan:
    """Lays a definition out as ops."""
    blocks = workflow.definition.blocks
    nodes = tuple(
        _node(block, needed_by(blocks[index + 1 :]), workflow.definition)
        for index, block in enumerate(blocks)
    )
    return Plan(workflow.name, workflow.definition.title, nodes)


def _node(block: Block, hand_on: HandOn, definition: WorkflowDefinition) -> Node:
    if not isinstance(block, ForLoopBlock):
        return BlockNode(block.label, block, hand_on, producers(block, definition))
    body = tuple(
        BlockNode(
            op=inner.label,
            block=inner,
            hand_on=needed_by(block.loop_blocks[index + 1 :]),
            data_from=_outside(producers(inner, definition), block),
            priority=index + 1,
        )
        for index, inner in enumerate(block.loop_blocks)
    )
    return LoopNode(
        op=block.label,
        collect=f"{block.label}__collect",
        block=block,
        body=body,
        data_from=producers(block, definition),
    )


def producers(block: Block, definition: WorkflowDefinition) -> tuple[str, ...]:
    """Labels of the blocks whose outputs a block uses, directly or through context parameters.

    A loop uses what its body uses, except for what the body makes itself.
    """
    own = {each.label for each in walk([block])}
    labels = [each.label for each in walk(definition.blocks) if each.label not in own]
    by_name = {name: label for label in labels for name in (label, f"{label}_output")}
    sources = {
        each.key: each.source_parameter_key
        for each in definition.parameters
        if isinstance(each, ContextParameter)
    }
    labels_used = dict.fromkeys(
        by_name[origin] for name in _names(block) if (origin := _origin(name, sources)) in by_name
    )
    return tuple(labels_used)


def _outside(labels: Sequence[str], loop: ForLoopBlock) -> tuple[str, ...]:
    """Inside the body the scope carries the values; and the loop's list comes with the item."""
    inside = {each.label for each in walk(list(loop.loop_blocks))} | {loop.label}
    return tuple(label for label in labels if label not in inside)


def _names(block: Block) -> Iterator[str]:
    yield from block.keys_used()
    for _, text, may_be_key in block.texts():
        if may_be_key and not is_template(text):
            yield re.split(r"[.\[]", text, maxsplit=1)[0]
        try:
            yield from sorted(names_used(text))
        except TemplateError:
            continue
    if isinstance(block, ForLoopBlock):
        for inner in block.loop_blocks:
            yield from _names(inner)


def _origin(name: str, sources: dict[str, str]) -> str:
    seen: set[str] = set()
    while name in sources and name not in seen:
        seen.add(name)
        name = sources[name]
    return name


def _lines(node: Node) -> Iterator[str]:
    match node:
        case BlockNode():
            yield f"  op {node.op} [{node.block.block_type}]{_edges(node.data_from)}"
        case LoopNode():
            yield f"  op {node.op} [{node.block.block_type}, fans out]{_edges(node.data_from)}"
            for inner in node.body:
                yield f"    op {inner.op}[*] [{inner.block.block_type}]{_edges(inner.data_from)}"
            yield f"  op {node.collect} [collects]"
        case _:
            assert_never(node)


def _edges(labels: Sequence[str]) -> str:
    return f" <- {', '.join(labels)}" if labels else ""
