"""How a block ended, and what it leaves behind."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.artifacts.files import StoredFile

BlockStatus = Literal[
    "completed", "terminated", "failed", "canceled", "timed_out", "skipped", "paused"
]
"""``terminated``: the agent judged that it can't be done. ``failed``: something broke, or a budget
ran out. ``skipped``: not begun, because the loop had stopped. ``paused``: it waits for a person."""


class UploadedFile(BaseModel):
    """A file that a block has put somewhere else, and where.

    Attributes:
        key: The download's artifact key; with it, what else is known of the file is found.
        uri: Where it went (``s3://bucket/key``).
        filename: The download's name.
        size: Bytes.
        sha256: Hexadecimal digest.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    uri: str
    filename: str
    size: int
    sha256: str


class BlockOutcome(BaseModel):
    """The result of one attempt at a block, whatever its type.

    Attributes:
        output: JSON form of the block type's typed output.
        retryable: Whether a failure may go away by itself.
        infrastructure: Whether a failure is one of what the run stands on (browser, disk, store,
            model server): it says nothing about the block, and no definition puts up with it.
        uploads: What the block has put elsewhere, file by file.
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
    infrastructure: bool = False
    files: tuple[StoredFile, ...] = ()
    uploads: tuple[UploadedFile, ...] = ()
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

    @property
    def says_nothing(self) -> bool:
        """Whether it is no outcome of the block itself, so that no definition puts up with it.

        What the run stands on broke, or a person is still to be asked.
        """
        return self.infrastructure or self.status == "paused"
