"""Entering mapped loops, and making whole what a crash has left of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.base_scopes import BaseScopes
from skyvern_dagster.execution.loop_rules import goes_on
from skyvern_dagster.execution.runner import Runner
from skyvern_dagster.execution.scope import LoopFrame, Scope


class Iterations(BaseModel):
    """What a mapped step is given and hands on: one iteration, or a batch of them.

    Attributes:
        scopes: Without what stands in their bases; see ``BaseScopes``.
    """

    model_config = ConfigDict(frozen=True)

    scopes: tuple[Scope, ...]

    @property
    def key(self) -> str:
        """Names the step: the path of indexes, of a batch the first and the last."""
        first, last = (self.scopes[index].iteration for index in (0, -1))
        return first if first == last else f"{first}_to_{last}"

    @property
    def items(self) -> list[Any]:
        """What the loop goes over, for each iteration."""
        return [scope.frames[-1].value for scope in self.scopes]


class LoopGroup(BaseModel):
    """One pass of a loop: the scope in which it is entered, and its items.

    Attributes:
        scope: Without what stands in its base.
        frames: One per item.
        failure_reason: Why it could not begin.
        is_entered: Whether the iteration around it comes to the loop at all.
    """

    model_config = ConfigDict(frozen=True)

    scope: Scope
    frames: tuple[LoopFrame, ...] = ()
    failure_reason: str | None = None
    is_entered: bool = True


class LoopEntryPoint(BaseModel):
    """What must be found once the iterations are put together: every expected item.

    Attributes:
        scope: Of the run; without what stands in its base.
        groups: Of a loop at the top level one; of a loop inside loops one per iteration around.
    """

    model_config = ConfigDict(frozen=True)

    scope: Scope
    groups: tuple[LoopGroup, ...]

    @property
    def frames(self) -> tuple[LoopFrame, ...]:
        """The items of all groups."""
        return tuple(frame for group in self.groups for frame in group.frames)


def group_of(runner: Runner, loop: ForLoopBlock, scope: Scope, bases: BaseScopes) -> LoopGroup:
    """Enters a loop in a scope: its items, or why there are none to be had."""
    try:
        frames = tuple(runner.enter(loop, scope))
    except BlockError as error:
        return LoopGroup(scope=bases.slim(scope), failure_reason=str(error))
    kept = bases.keep(scope)
    return LoopGroup(scope=bases.slim(kept), frames=frames)


def inner_groups(
    runner: Runner,
    outer: ForLoopBlock,
    loop: ForLoopBlock,
    scopes: Sequence[Scope],
    bases: BaseScopes,
) -> Iterator[LoopGroup]:
    """Enters a loop for each iteration of the loop around it that comes to it.

    Where it can't be entered and the loop around stops with that, the iterations after are not
    begun.
    """
    stopped: set[str] = set()
    for scope in scopes:
        around = scope.iteration.rpartition("__")[0]
        if around in stopped or scope.ended is not None or scope.at != loop.label:
            yield LoopGroup(scope=bases.slim(scope), is_entered=False)
            continue
        group = group_of(runner, loop, scope, bases)
        yield group
        is_bad = group.failure_reason is not None or (
            not group.frames and loop.when_empty()[0] != "completed"
        )
        if is_bad and not loop.continue_on_failure and not goes_on(outer, loop):
            stopped.add(around)


def begun_iterations(
    runner: Runner, loop: ForLoopBlock, groups: Sequence[LoopGroup], bases: BaseScopes
) -> list[Scope]:
    """The scopes in which a loop's iterations begin, without what stands in their bases."""
    return [
        bases.slim(runner.begun(loop, bases.whole(group.scope), frame))
        for group in groups
        for frame in group.frames
    ]


def batches(scopes: Sequence[Scope], most: int) -> Iterator[Iterations]:
    """Iterations in as many parts as there may be steps, equal in size."""
    size = -(-len(scopes) // most) or 1
    for start in range(0, len(scopes), size):
        yield Iterations(scopes=tuple(scopes[start : start + size]))


def healed(
    runner: Runner,
    loop: ForLoopBlock,
    entry: LoopEntryPoint,
    arrived: Sequence[Iterations],
    labels: Sequence[str] | None = None,
) -> Iterator[tuple[LoopGroup, list[Scope]]]:
    """Each pass of a loop with its iterations in order: those that arrived, and the missing ones.

    After a crash in a mapped loop, Dagster's re-execution from failure drops the items that had
    not finished (dagster#20925, #30248, #30972). They are run here; what such an iteration had
    completed before the crash is taken from its records. Iterations that were skipped because the
    loop had stopped count as missing.

    Args:
        labels: The blocks of the body that have been carried out by now; all, when left out.
    """
    bases = BaseScopes(runner.services.artifacts)
    whole = [bases.whole(scope) for each in arrived for scope in each.scopes]
    there = {scope.iteration: scope for scope in whole if scope.ended != "skipped"}
    missing = [frame for frame in entry.frames if frame.key not in there]
    if missing:
        runner.log(
            f"{loop.label}: {len(missing)} of {len(entry.frames)} iterations are missing "
            "(the run was interrupted); they are made up for here"
        )
    resuming = Runner(runner.workflow, runner.services, runner.log, reuse=True)
    for group in entry.groups:
        scopes: list[Scope] = []
        for frame in group.frames:
            scope = there.get(frame.key)
            if scope is None:
                begun = runner.begun(loop, bases.whole(group.scope), frame)
                scope = resuming.run_body(loop, begun, labels)
            scopes.append(scope)
            if scope.ended_loop:
                break
        yield group, scopes
