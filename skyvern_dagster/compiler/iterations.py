"""Entering a mapped loop, and making whole what a crash has left of it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.runner import Runner
from skyvern_dagster.execution.scope import LoopFrame, Scope


class LoopEntryPoint(BaseModel):
    """What the collect op must find: the scope at the loop's entry and every expected item.

    Attributes:
        failure_reason: Why the loop could not begin.
    """

    model_config = ConfigDict(frozen=True)

    scope: Scope
    frames: tuple[LoopFrame, ...]
    failure_reason: str | None = None


def loop_entry(runner: Runner, loop: ForLoopBlock, scope: Scope) -> LoopEntryPoint:
    """The loop's items, or why there are none to be had."""
    try:
        return LoopEntryPoint(scope=scope, frames=tuple(runner.enter(loop, scope)))
    except BlockError as error:
        return LoopEntryPoint(scope=scope, frames=(), failure_reason=str(error))


def heal(
    runner: Runner, loop: ForLoopBlock, entry: LoopEntryPoint, iterations: Sequence[Scope]
) -> list[Scope]:
    """All iterations in order: those that arrived, and the missing ones, run here.

    What a missing iteration had completed before the crash is taken from its records. Iterations
    that were skipped because the loop had stopped count as missing.
    """
    arrived = {each.iteration: each for each in iterations if each.ended != "skipped"}
    missing = [frame for frame in entry.frames if frame.key not in arrived]
    if missing:
        runner.log(
            f"{loop.label}: {len(missing)} of {len(entry.frames)} iterations are missing "
            "(the run was interrupted); they are made up for here"
        )
    resuming = Runner(runner.workflow, runner.services, runner.log, reuse=True)
    whole: list[Scope] = []
    for frame in entry.frames:
        scope = arrived.get(frame.key)
        if scope is None:
            scope = resuming.run_sequence(loop.loop_blocks, entry.scope.iteration_scope(frame))
        whole.append(scope)
        if scope.ended is not None and not loop.continue_on_failure:
            break
    return whole
