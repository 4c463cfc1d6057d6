"""Starting runs of other workflows: what a ``workflow_trigger`` block asks of the process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.blocks.outcome import BlockStatus
from skyvern_dagster.credentials.access import Trust


@dataclass(frozen=True)
class ChildRequest:
    """Which run is to be started, and for whom.

    Attributes:
        workflow: Permanent id of a stored workflow; an operator's definition may name a file.
        parent: The run, and the block in it, that starts it.
        trust: Who made the parent's definition, and who gave its parameters.
        triggered_by: The permanent ids of the workflows above it, outermost first.
        state: Artifact key of the browser state that it begins with; a clean browser without it.
    """

    workflow: str
    parameters: Mapping[str, Any]
    parent: tuple[str, str]
    organization_id: str
    trust: Trust
    triggered_by: tuple[str, ...] = field(default=())
    state: str | None = None


class ChildRun(BaseModel):
    """A run that was started, and what has come of it.

    Attributes:
        status: ``None`` as long as it goes on.
    """

    model_config = ConfigDict(frozen=True)

    workflow_run_id: str
    workflow_permanent_id: str
    status: BlockStatus | None = None
    failure_reason: str | None = None
    outputs: dict[str, Any] | None = None


class ChildRuns(Protocol):
    """Whoever starts runs of other workflows for a block."""

    def run(self, request: ChildRequest, log: Callable[[str], None], *, wait: bool) -> ChildRun:
        """Starts a run, or finds the one that the same block has started before.

        Args:
            wait: Whether to come back when it has ended.

        Raises:
            BlockError: There is no such workflow, its parameters don't fit, or the run can't be
                started.
        """
        ...
