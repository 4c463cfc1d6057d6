"""How a block ended, and what it leaves behind."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.artifacts.files import StoredFile

BlockStatus = Literal["completed", "terminated", "failed", "canceled", "timed_out", "skipped"]
"""``terminated``: the agent judged that it can't be done. ``failed``: something broke, or a budget
ran out. ``skipped``: not begun, because the loop had stopped."""


class BlockOutcome(BaseModel):
    """The result of one attempt at a block, whatever its type.

    Attributes:
        output: JSON form of the block type's typed output.
        retryable: Whether a failure may go away by itself.
        files: What the block downloaded.
        steps: What the agent did, for task blocks.
        screenshot: Artifact key of the last screenshot.
        trace: Artifact key of Playwright's trace.
        recording: Artifact key of the video.
        state: Artifact key of the browser state it left; ``None`` when it leaves the previous one.
    """

    model_config = ConfigDict(frozen=True)

    status: BlockStatus
    output: Any = None
    failure_reason: str | None = None
    retryable: bool = False
    files: tuple[StoredFile, ...] = ()
    steps: tuple[StepSummary, ...] = ()
    screenshot: str | None = None
    trace: str | None = None
    recording: str | None = None
    state: str | None = None
    seconds: float = 0.0
    details: dict[str, float] = Field(default_factory=dict, description="Named seconds, counts.")

    @property
    def completed(self) -> bool:
        """Whether the block reached its goal."""
        return self.status == "completed"
