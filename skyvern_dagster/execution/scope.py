"""The scope: everything that one block hands to the next, as one JSON document.

Never a live handle, never a secret: secrets are references, the browser state and the files are
keys of the artifact store.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.outcome import BlockOutcome, BlockStatus
from skyvern_dagster.credentials.access import Trust
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.workflow.op_names import op_name


class LoopFrame(BaseModel):
    """Which iteration of which loop this is.

    Attributes:
        key: Path of indexes from the outermost loop, for instance ``"07"`` or ``"2__07"``.
        source: Parameter key that the loop goes over.
        last: Whether it is the loop's last item.
        is_turn: Whether it is a turn of a ``while_loop``, which has no item.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    index: int
    key: str
    value: Any
    source: str = ""
    last: bool = False
    is_turn: bool = False


class Scope(BaseModel):
    """The state of a run between two blocks.

    Attributes:
        organization_id: Whose run it is, and so whose credentials and codes it may use.
        trust: Who made the definition, and who gave the parameters.
        current_date: ISO date on which the run started.
        created_at: Naive UTC timestamp of the start.
        delivery: What uploads and e-mails of this run belong to, where that is more than the run:
            a partition of an asset, which may be made again without delivering again.
        spans: Where a run makes several partitions: what each delivers under, with its first day
            and the day after its last.
        run_status: How the run has ended, in its ``finally`` block.
        run_failure_reason: Why it has ended so.
        base: Artifact key of the scope that this one adds to, in an iteration.
        outputs: Label -> JSON output of the last time that the block ran.
        state: Artifact key of the browser state.
        has_page: Whether that is the state of a browser that is on a page, rather than a profile's.
        fork: Whether the next browser block must open a context of its own.
        frames: The loops around, outermost first.
        entries: In an iteration: ``(label, output)`` of its blocks so far.
        at: In an iteration: label of the block that comes next; ``None`` at the end of the body.
        ended: In an iteration: how it ended early.
        ended_by_infrastructure: Whether something that the run stands on ended it.
        ended_loop: Whether its loop goes no further, either.
        passed_over: Whether ``next_loop_on_failure`` says that the loop is none the worse for it.
    """

    model_config = ConfigDict(frozen=True)

    workflow_run_id: str
    workflow_permanent_id: str
    workflow_title: str
    current_date: str
    created_at: str
    delivery: str = ""
    spans: dict[str, tuple[str, str]] = Field(default_factory=dict)
    organization_id: str = DEFAULT_ORGANIZATION_ID
    trust: Trust = "nothing"
    run_status: BlockStatus | Literal["running"] = "running"
    run_failure_reason: str | None = None
    base: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    outputs: dict[str, Any] = Field(default_factory=dict)
    state: str | None = None
    has_page: bool = True
    fork: bool = False
    files: tuple[StoredFile, ...] = ()
    frames: tuple[LoopFrame, ...] = ()
    entries: tuple[tuple[str, Any], ...] = ()
    at: str | None = None
    ended: BlockStatus | None = None
    ended_reason: str | None = None
    ended_by_infrastructure: bool = False
    ended_loop: bool = False
    passed_over: bool = False

    @property
    def iteration(self) -> str:
        """Path of loop indexes; empty outside loops."""
        return self.frames[-1].key if self.frames else ""

    def block_key(self, label: str) -> str:
        """Unique name of a block (in this iteration) within the run, the same when resumed."""
        return block_key(label, self.iteration)

    def with_outcome(self, label: str, outcome: BlockOutcome) -> Scope:
        """The scope after a block."""
        changes: dict[str, Any] = {
            "outputs": {**self.outputs, label: outcome.output},
            "files": self.files + outcome.files,
        }
        if outcome.state is not None:
            changes |= {"state": outcome.state, "has_page": True, "fork": False}
        if self.frames:
            changes["entries"] = (*self.entries, (label, outcome.output))
        return self.model_copy(update=changes)

    def without_outputs(self, labels: Collection[str]) -> Scope:
        """The scope without what some blocks have said."""
        left = {label: each for label, each in self.outputs.items() if label not in labels}
        return self.model_copy(update={"outputs": left})

    def skipped(self, reason: str) -> Scope:
        """The scope of an iteration that isn't begun."""
        return self.model_copy(update={"ended": "skipped", "ended_reason": reason})

    def with_ending(
        self, outcome: BlockOutcome, *, ended_loop: bool = False, passed_over: bool = False
    ) -> Scope:
        """The scope of an iteration that goes no further after a block."""
        return self.model_copy(
            update={
                "at": None,
                "ended": outcome.status,
                "ended_reason": outcome.failure_reason,
                "ended_by_infrastructure": outcome.infrastructure,
                "ended_loop": ended_loop,
                "passed_over": passed_over,
            }
        )

    def iteration_scope(
        self, frame: LoopFrame, at: str | None = None, *, fork: bool = True
    ) -> Scope:
        """The scope in which an iteration of a loop begins.

        Args:
            at: Label of the body's first block.
            fork: Whether it begins in a browser context of its own, in the state of this scope;
                else on the page as it is.
        """
        return self.model_copy(
            update={
                "frames": (*self.frames, frame),
                "entries": (),
                "fork": fork or self.fork,
                "at": at,
                **_NOT_ENDED,
            }
        )

    def left(self, entry: Scope) -> Scope:
        """The scope in which a loop goes on after an iteration that it doesn't fork.

        Args:
            entry: The scope in which the loop was entered.
        """
        return self.model_copy(
            update={"frames": entry.frames, "entries": entry.entries, "at": entry.at, **_NOT_ENDED}
        )


_NOT_ENDED: dict[str, Any] = {
    "ended": None,
    "ended_reason": None,
    "ended_by_infrastructure": False,
    "ended_loop": False,
    "passed_over": False,
}


def block_key(label: str, iteration: str = "") -> str:
    """``label``, or ``label/<iteration>`` in a loop; the label as its op is called."""
    name = op_name(label)
    return f"{name}/{iteration}" if iteration else name


def span_of(day: str, spans: Mapping[str, tuple[str, str]]) -> str:
    """The name of the span that a day lies in; empty when it lies in none.

    Args:
        spans: Name -> its first day and the day after its last.
    """
    return next((name for name, (first, end) in spans.items() if first <= day < end), "")
