"""One attempt at a task, with all that it is carried out with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.agent.task import HandOn, TaskRequest
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.vault import SecretVault

Log = Callable[[str], None]


@dataclass(frozen=True)
class TaskAttempt:
    """What the task runner is asked for.

    Attributes:
        state: Artifact key of the state to begin from.
        live: The session that left it, where it is still here.
        hand_on: What a completed task leaves for later ones.
        folder: For files that are being downloaded; goes with the attempt.
    """

    request: TaskRequest
    planner: Planner
    vault: SecretVault
    state: str | None
    live: BrowserSession | None
    hand_on: HandOn
    log: Log
    folder: Path
