"""In which order the blocks of one sequence follow each other: a list, or a graph of labels.

Two forms of definition come to the same: a list whose blocks follow each other as they stand, and
a graph in which each block names the next one (``next_block_label``) and a ``conditional`` one for
each branch. See docs/contract.md#order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from skyvern_dagster.blocks.block import Block


class FlowNode(NamedTuple):
    """A block, as far as order goes.

    Attributes:
        branches: The labels at which a conditional's branches go on; ``None`` for other blocks.
    """

    label: str
    next_label: str | None = None
    branches: tuple[str | None, ...] | None = None


class FlowProblem(NamedTuple):
    """Something that can't be carried out.

    Attributes:
        label: The block that it is about.
        branch: The branch of it, where one is.
        unknown: The label that it names, where there is no such block.
        is_unreached: Whether it is that nothing leads to the block.
    """

    label: str
    message: str
    hint: str = ""
    branch: int | None = None
    unknown: str = ""
    is_unreached: bool = False


@dataclass(frozen=True)
class Flow:
    """How the blocks of a sequence follow each other.

    Attributes:
        order: Labels such that each comes after all that may lead to it; ties as they stand.
        following: Label -> the label that comes next; of a conditional where a branch names none.
        branches: Label of a conditional -> where each branch goes on; ``None`` is the end.
        problems: What can't be carried out; the rest is then laid out as well as it can be.
    """

    order: tuple[str, ...]
    following: Mapping[str, str | None]
    branches: Mapping[str, tuple[str | None, ...]]
    problems: tuple[FlowProblem, ...] = ()

    @property
    def first(self) -> str | None:
        """The label at which the sequence begins."""
        return self.order[0] if self.order else None

    def targets(self, label: str) -> tuple[str | None, ...]:
        """Where it may go on after a block, each once; ``None`` is the end of the sequence."""
        ways = (*self.branches.get(label, ()), self.following[label])
        return tuple(dict.fromkeys(ways))

    def after(self, label: str, branch: int | None = None) -> str | None:
        """Where it goes on after a block.

        Args:
            branch: The branch that a conditional has taken; ``None`` for no branch.
        """
        ways = self.branches.get(label, ())
        return self.following[label] if branch is None or not ways else ways[branch]

    def between(self, label: str, way: str | None) -> tuple[str, ...]:
        """The blocks that are passed over where it goes on at ``way``; ``None`` is the end."""
        after = self.order.index(label) + 1
        return self.order[after : None if way is None else self.order.index(way)]

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Label -> the blocks that may lead to it."""
        found: dict[str, list[str]] = {label: [] for label in self.order}
        for label in self.order:
            for target in self.targets(label):
                if target is not None:
                    found[target].append(label)
        return {label: tuple(sources) for label, sources in found.items()}

    @cached_property
    def always_before(self) -> Mapping[str, frozenset[str]]:
        """Label -> the blocks that have been carried out whenever it is."""
        before: dict[str, frozenset[str]] = {}
        for label in self.order:
            ways = [before[source] | {source} for source in self.sources[label]]
            before[label] = frozenset.intersection(*ways) if ways else frozenset()
        return before

    @property
    def is_straight(self) -> bool:
        """Whether the blocks simply follow each other."""
        return not self.branches


def flow_of(blocks: Sequence[Block], without: str | None = None) -> Flow:
    """The flow of a sequence of blocks.

    Args:
        without: Label of a block that isn't part of it: the ``finally`` block.
    """
    return make_flow(
        tuple(
            FlowNode(each.label, each.next_block_label, each.branches_in(each.__dict__))
            for each in blocks
        ),
        without,
    )


@lru_cache(maxsize=1024)
def make_flow(nodes: tuple[FlowNode, ...], without: str | None = None) -> Flow:
    """The flow of a sequence.

    Where there is no conditional, a block that names none is followed by the one below it (unless
    another one names that, or it leads back here). Where
    there is one, that holds for the blocks above it; below it, a block that names none ends its
    branch, and the run goes on at what the conditional itself names as its next block.
    """
    return _Layout([node for node in nodes if node.label != without], without).flow()


class _Layout:
    def __init__(self, nodes: Sequence[FlowNode], without: str | None) -> None:
        self._nodes = {node.label: node for node in nodes}
        self._labels = list(self._nodes)
        self._without = without
        self._problems: list[FlowProblem] = []
        self._branches = {
            node.label: [self._target(node, target, i) for i, target in enumerate(node.branches)]
            for node in nodes
            if node.branches is not None
        }
        self._following = {node.label: self._target(node, node.next_label) for node in nodes}
        branches = {way for ways in self._branches.values() for way in ways}
        named = branches | set(self._following.values())
        for label, below in pairwise(self._labels):
            if label in self._branches:
                break  # behind it only labels say which branch a block belongs to
            is_open = self._following[label] is None and label not in branches
            if is_open and below not in named and not self._leads(below, label):
                self._following[label] = below

    def flow(self) -> Flow:
        self._cut_cycles()
        self._merge()
        order = self._order()
        return Flow(
            tuple(order),
            self._following,
            {
                label: tuple(way or self._following[label] for way in ways)
                for label, ways in self._branches.items()
            },
            tuple(self._problems),
        )

    def _leads(self, label: str, goal: str) -> bool:
        """Whether a block leads to another one: of blocks that stand in no order, the last."""
        at: str | None = label
        seen: set[str] = set()
        while at is not None and at != goal and at not in seen:
            seen.add(at)
            at = self._following[at]
        return at == goal

    def _target(self, node: FlowNode, target: str | None, branch: int | None = None) -> str | None:
        if not target or target == self._without:
            return None
        if target in self._nodes:
            return target
        self._problems.append(
            FlowProblem(
                node.label,
                f"there is no block {target!r} beside this one",
                branch=branch,
                unknown=target,
            )
        )
        return None

    def _ways(self, label: str) -> list[str]:
        ways = (*self._branches.get(label, ()), self._following[label])
        return list(dict.fromkeys(way for way in ways if way is not None))

    def _cut_cycles(self) -> None:
        """Takes out each edge that leads back, and says which circle it closes."""
        done: set[str] = set()
        for root in self._labels:
            path: list[str] = []
            todo = [(root, False)]
            while todo:
                label, left = todo.pop()
                if left:
                    done.add(path.pop())
                elif label not in done and label not in path:
                    path.append(label)
                    todo.append((label, True))
                    self._cut_back(label, path)
                    todo += [(way, False) for way in reversed(self._ways(label))]

    def _cut_back(self, label: str, path: Sequence[str]) -> None:
        for way in self._ways(label):
            if way not in path:
                continue
            circle = " -> ".join([*path[path.index(way) :], way])
            self._problems.append(
                FlowProblem(
                    label,
                    f"the blocks go round in a circle: {circle}",
                    "to repeat blocks, put them into a while_loop",
                )
            )
            if self._following[label] == way:
                self._following[label] = None
            if label in self._branches:
                ways = self._branches[label]
                self._branches[label] = [None if each == way else each for each in ways]

    def _merge(self) -> None:
        """Leads the ends of branches to where their conditional goes on, innermost first."""
        for label in self._innermost_first():
            goal = self._following[label]
            if goal is None:
                continue
            inside = self._reachable((way for way in self._branches[label] if way), stop=goal)
            behind = self._reachable([goal])
            for each in inside - behind:
                self._following[each] = self._following[each] or goal

    def _innermost_first(self) -> list[str]:
        depth = {label: len(self._reachable(self._ways(label))) for label in self._branches}
        return sorted(self._branches, key=lambda label: depth[label])

    def _reachable(self, starts: Iterable[str], stop: str | None = None) -> set[str]:
        seen: set[str] = set()
        todo = [start for start in starts if start != stop]
        while todo:
            label = todo.pop()
            if label not in seen:
                seen.add(label)
                todo += [way for way in self._ways(label) if way != stop]
        return seen

    def _order(self) -> list[str]:
        """Topological, and as the blocks stand where that leaves a choice."""
        incoming = dict.fromkeys(self._labels, 0)
        for label in self._labels:
            for way in self._ways(label):
                incoming[way] += 1
        roots = [label for label in self._labels if incoming[label] == 0]
        for root in roots[1:]:
            self._problems.append(
                FlowProblem(
                    root,
                    "it is never reached",
                    f"name it as the next_block_label of another block, or move it; the sequence "
                    f"begins at {roots[0]!r}",
                    is_unreached=True,
                )
            )
        place = {label: index for index, label in enumerate(self._labels)}
        heap = [place[root] for root in roots]
        heapq.heapify(heap)
        order = []
        while heap:
            label = self._labels[heapq.heappop(heap)]
            order.append(label)
            for way in self._ways(label):
                incoming[way] -= 1
                if incoming[way] == 0:
                    heapq.heappush(heap, place[way])
        return order
