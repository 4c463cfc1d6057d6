"""An artifact of a run that people may open: what it is, and its id."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from skyvern_dagster.artifacts.run_keys import ShownFile, full_key, short_key
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
"""Skyvern's types where there is one (docs/contract.md#artifact)."""

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
    text = short_key(key).encode()
    return _PREFIX + base64.urlsafe_b64encode(text).decode().rstrip("=")


def artifact_of(identifier: str) -> RunArtifact:
    """The artifact that an id stands for.

    Raises:
        ArtifactError: It is no artifact's id, or stands for something that isn't shown to people.
    """
    body = identifier.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        artifact = classify(full_key(key.decode()))
    except (binascii.Error, ValueError):
        artifact = None
    if artifact is None or not identifier.startswith(_PREFIX) or artifact.artifact_id != identifier:
        raise ArtifactError(f"Artifact not found {identifier[:200]}")
    return artifact


def classify(key: str) -> RunArtifact | None:
    """What a key of the store is; ``None`` for records, browser states and other inner things."""
    parts = ShownFile.of(key)
    if parts is None:
        return None
    if parts.folder == "downloads":
        return RunArtifact(key, "download", parts.run_id, parts.block_key)
    name = parts.within[-1]
    kind = "recording" if name.endswith(_VIDEOS) else _BY_NAME.get(name)
    if kind is None:
        return None
    return RunArtifact(key, kind, parts.run_id, parts.block_key, parts.task_id, parts.step)
