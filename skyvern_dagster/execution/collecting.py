"""Putting a loop's iterations back together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.loop import LoopBlock, LoopOutput, LoopOutputEntry
from skyvern_dagster.blocks.outcome import BlockOutcome, BlockStatus
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import stable_id
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow

BETWEEN_KEYS = "__"
"""Between the keys of an iteration and of the one around it; keys are made of digits."""


class LoopProblem(NamedTuple):
    """Why a loop can go no further.

    Attributes:
        infrastructure: Whether something that the run stands on broke.
    """

    reason: str
    infrastructure: bool = False


def iteration_key(outer: str, index: int, count: int) -> str:
    """Path of loop indexes, padded so that keys sort as the items stand (a valid mapping key)."""
    own = f"{index:0{len(str(max(count - 1, 0)))}d}"
    return f"{outer}{BETWEEN_KEYS}{own}" if outer else own


def collect(
    loop: LoopBlock,
    scope: Scope,
    iterations: Sequence[Scope],
    workflow: Workflow,
    problem: LoopProblem | None = None,
) -> tuple[Scope, BlockOutcome]:
    """The scope after a loop, and the loop's outcome (docs/contract.md#for-loop).

    Args:
        scope: The scope in which the loop was entered.
        iterations: The scopes in which its iterations ended, in order.
        problem: Why the loop could go no further, where no iteration is to blame.
    """
    output = loop_output(scope, iterations, workflow)
    status, reason = _status(loop, iterations)
    if problem is not None:
        status, reason = "failed", problem.reason
    outcome = BlockOutcome(
        status=status,
        infrastructure=any(each.ended_by_infrastructure for each in iterations)
        or (problem is not None and problem.infrastructure),
        output=output.model_dump(mode="json"),
        failure_reason=reason,
        details={
            "iterations": len(iterations),
            "iterations_ended_early": sum(each.ended is not None for each in iterations),
        },
    )
    # The body's last outputs stand at the root, too (docs/contract.md#outputs).
    outputs = {**scope.outputs, loop.label: outcome.output}
    inner = [block.label for block in walk(list(loop.loop_blocks))]
    for iteration in iterations:
        outputs |= {
            label: iteration.outputs[label] for label in inner if label in iteration.outputs
        }
    entries = (*scope.entries, (loop.label, outcome.output)) if scope.frames else ()
    base = iterations[-1].left(scope) if iterations and loop.shares_page else scope
    files = base.files if loop.shares_page else _files(scope, iterations)
    after = base.model_copy(update={"outputs": outputs, "files": files, "entries": entries})
    return after, outcome


def _files(scope: Scope, iterations: Sequence[Scope]) -> tuple[StoredFile, ...]:
    """What there was, and what each of the iterations, which forked from there, has added."""
    added = (file for each in iterations for file in each.files[len(scope.files) :])
    return (*scope.files, *added)


def loop_output(scope: Scope, iterations: Sequence[Scope], workflow: Workflow) -> LoopOutput:
    """Iterations, each a list of entries with the item, the output parameter and the output."""
    labels = dict.fromkeys(label for each in iterations for label, _ in each.entries)
    parameters = {label: output_parameter(workflow, label, scope.created_at) for label in labels}
    return LoopOutput(
        [
            [
                LoopOutputEntry(
                    loop_value=iteration.frames[-1].value,
                    output_parameter=parameters[label],
                    output_value=value,
                )
                for label, value in iteration.entries
            ]
            for iteration in iterations
        ]
    )


def output_parameter(workflow: Workflow, label: str, created_at: str) -> dict[str, Any]:
    """The description of a block's output parameter that Skyvern puts into loop outputs."""
    return {
        "parameter_type": "output",
        "key": f"{label}_output",
        "description": f"Output parameter for block {label}",
        "output_parameter_id": stable_id("op", workflow.name, label),
        "workflow_id": stable_id("w", workflow.name, workflow.text),
        "created_at": created_at,
        "modified_at": created_at,
        "deleted_at": None,
    }


def _status(loop: LoopBlock, iterations: Sequence[Scope]) -> tuple[BlockStatus, str | None]:
    if not iterations:
        return loop.when_empty()
    ended = [each for each in iterations if each.ended is not None and not each.passed_over]
    if not ended:
        return "completed", None
    statuses = {each.ended for each in ended}
    if "paused" in statuses:
        return "paused", next(each.ended_reason for each in ended if each.ended == "paused")
    status: BlockStatus = "terminated" if statuses == {"terminated"} else "failed"
    broken = [each for each in ended if each.ended_by_infrastructure]
    first = (broken or ended)[0]
    reason = (
        f"{len(ended)} of {len(iterations)} iterations ended early; "
        f"iteration {first.frames[-1].index} {first.ended}: {first.ended_reason}"
    )
    return status, reason
