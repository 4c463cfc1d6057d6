"""An artifact of a run that people may open: what it is, and its id."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from skyvern_dagster.errors import ArtifactError

ArtifactType = Literal[
    "recording",
    "screenshot_action",
    "visible_elements_tree",
    "step",
    "trace",
    "har",
    "console_log",
    "llm_prompt",
    "llm_request",
    "llm_response",
    "download",
]
"""Skyvern's types where there is one (contract 1a)."""

_BY_NAME: dict[str, ArtifactType] = {
    "screenshot.jpg": "screenshot_action",
    "observation.txt": "visible_elements_tree",
    "step.json": "step",
    "trace.zip": "trace",
    "har.zip": "har",
    "session.har": "har",
    "console.log": "console_log",
    "prompt.txt": "llm_prompt",
    "request.json": "llm_request",
    "response.json": "llm_response",
}
_VIDEOS = (".webm", ".mp4")
_PREFIX = "a_"
_RUNS = "runs/"


@dataclass(frozen=True)
class RunArtifact:
    """One file of a run.

    Attributes:
        key: In the artifact store.
        task_id: The task that it belongs to; ``None`` for downloads.
        step: Zero-based order of the task's step, if it belongs to one.
    """

    key: str
    artifact_type: ArtifactType
    run_id: str
    block_key: str
    task_id: str | None = None
    step: int | None = None

    @property
    def artifact_id(self) -> str:
        """``a_...``; holds the key, so that nothing else has to be looked up."""
        return artifact_id(self.key)

    @property
    def filename(self) -> str:
        """Name for people."""
        return PurePosixPath(self.key).name

    @property
    def content_type(self) -> str:
        """MIME type by its name."""
        return mimetypes.guess_type(self.filename)[0] or "application/octet-stream"


def artifact_id(key: str) -> str:
    """The id of the artifact under a key of the store."""
    text = key.removeprefix(_RUNS).encode()
    return _PREFIX + base64.urlsafe_b64encode(text).decode().rstrip("=")


def artifact_of(identifier: str) -> RunArtifact:
    """The artifact that an id stands for.

    Raises:
        ArtifactError: It is no artifact's id, or stands for something that isn't shown to people.
    """
    body = identifier.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        found = classify(_RUNS + key.decode())
    except (binascii.Error, ValueError):
        found = None
    if found is None or not identifier.startswith(_PREFIX) or found.artifact_id != identifier:
        raise ArtifactError(f"Artifact not found {identifier[:200]}")
    return found


def classify(key: str) -> RunArtifact | None:
    """What a key of the store is; ``None`` for records, browser states and other inner things."""
    parts = PurePosixPath(key).parts
    if len(parts) < 5 or parts[0] != "runs" or ".." in parts:
        return None
    _, run_id, folder, *rest = parts
    if folder == "downloads":
        return RunArtifact(key, "download", run_id, "/".join(rest[:-1]))
    if folder != "tasks":
        return None
    kind = _BY_NAME.get(rest[-1])
    if kind is None and rest[-1].endswith(_VIDEOS):
        kind = "recording"
    at = next((index for index, part in enumerate(rest) if part.startswith("tsk_")), None)
    if kind is None or at is None:
        return None
    after = rest[at + 1 :]
    step = int(after[1]) if after[0] == "steps" and after[1:2] and after[1].isdecimal() else None
    return RunArtifact(key, kind, run_id, "/".join(rest[:at]), rest[at], step)
