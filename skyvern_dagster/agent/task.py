"""A task as the agent is given it, and what it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from skyvern_dagster.agent.planner import Goal, Place
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.uploads import OfferedFile
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.run_keys import RunKeys, TaskKeys
from skyvern_dagster.browser.environment import KeptTraces
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.code_source import CodeWaiter
from skyvern_dagster.ids import new_id

TaskStatus = Literal["completed", "terminated", "failed"]

HandOn = Literal["nothing", "state", "session"]
"""What a task leaves for later ones: nothing, the browser state, or the live session as well."""


@dataclass(frozen=True)
class WorkDone:
    """What work on a session gave.

    Attributes:
        value: The data that it is for.
        downloads: Files that it made.
    """

    value: Any = None
    downloads: tuple[DownloadedFile, ...] = ()


SessionWork = Callable[[BrowserSession], Awaitable[WorkDone]]
"""What a block does on a page by itself, where nothing is to be planned."""


@dataclass(frozen=True)
class LaterIterations:
    """The iterations of a task's loop that come after its own.

    Attributes:
        width: How many of the loop's iterations may be under way at a time.
        places: What the same task is told in each of them, in their order; made as it is asked for.
    """

    width: int
    places: Callable[[], Iterator[Place]] = field(repr=False)


@dataclass(frozen=True)
class TaskRequest:
    """One attempt at a task.

    Attributes:
        block_key: Unique name of the block (and iteration) in the run, for artifact keys.
        url: Where to begin; ``None`` goes on where the handed-on browser state is.
        download_suffix: New base name for a downloaded file.
        max_seconds: Wall-clock budget.
        trace: Of which tasks Playwright's trace is kept.
        video: Whether to keep a video.
        codes: Waits for one-time codes from outside, where the task names a source of them.
        uploads: Files that pages may be given.
        place: Which block this is, for recordings.
        comes_back: Whether the browser is where the task began once it is completed: of a list that
            was read to its last page, later blocks expect to see the first.
        fetches_known_files: Whether its file is asked for without a page, once an iteration before
            it has shown that this gives the right one.
        headers: What the browser sends to the task's site beside its own headers, secrets as
            references.
        time_zone: IANA name of the time zone that pages see; empty for the machine's.
        work: What is done on the page in place of the agent's loop, where nothing is to be planned.
        later: Of a task that begins an iteration: those that may be under way beside it.
    """

    workflow_run_id: str
    block_key: str
    block: str
    iteration: str
    url: str | None
    goal: Goal
    max_steps: int
    max_retries_per_step: int
    max_seconds: float
    download_suffix: str | None = None
    trace: KeptTraces = "on"
    video: bool = False
    codes: CodeWaiter | None = field(default=None, repr=False)
    uploads: tuple[OfferedFile, ...] = ()
    place: Place = field(default_factory=Place)
    comes_back: bool = False
    fetches_known_files: bool = True
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    time_zone: str = ""
    work: SessionWork | None = field(default=None, repr=False)
    later: LaterIterations | None = None
    task_id: str = field(default_factory=lambda: new_id("tsk"))

    @property
    def keys(self) -> TaskKeys:
        """Where its artifacts lie."""
        return RunKeys(self.workflow_run_id).task(self.block_key, self.task_id)


@dataclass(frozen=True)
class TaskError:
    """A situation that the definition has a code for, or a budget that ran out."""

    error_code: str
    reasoning: str
    confidence_float: float = 1.0

    def as_dict(self) -> dict[str, Any]:
        """The form in outputs (docs/contract.md#workflow-run-answer)."""
        return {
            "error_code": self.error_code,
            "reasoning": self.reasoning,
            "confidence_float": self.confidence_float,
        }


@dataclass(frozen=True)
class TaskResult:
    """How a task ended and what it left.

    Attributes:
        retryable: Whether a failure may go away by itself.
        infrastructure: Whether a failure is one of what the task stands on.
        turned_away: Whether the portal was asked too much, or asked for a login again.
        state: Artifact key of the browser state handed on; ``None`` when none was asked for.
        details: Seconds by activity (``observe``, ``plan``, ``act``, ...).
    """

    status: TaskStatus
    extracted_information: Any = None
    failure_reason: str | None = None
    errors: tuple[dict[str, Any], ...] = ()
    retryable: bool = True
    infrastructure: bool = False
    turned_away: bool = False
    files: tuple[StoredFile, ...] = ()
    steps: tuple[StepSummary, ...] = ()
    screenshot: str | None = None
    trace: str | None = None
    recording: str | None = None
    state: str | None = None
    details: dict[str, float] = field(default_factory=dict)
