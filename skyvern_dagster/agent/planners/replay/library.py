"""Where recordings lie: a folder that is kept with the workflows, and the artifact store."""

from __future__ import annotations

from pathlib import Path

from skyvern_dagster.addresses.site import host_of
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.replay.recording import Recording, read_recording
from skyvern_dagster.artifacts.key_part import key_part
from skyvern_dagster.artifacts.store import ArtifactStore

FOLDER = "recordings"
"""What the keys of all recordings begin with."""
_SUFFIX = ".yaml"
_STATES: dict[str, Recording] = {}
"""States of recordings by their digests, the oldest first."""
_MOST_STATES = 256
"""Arbitrary: more than tasks that one process carries out side by side."""
_PREVIOUS = "@previous"
"""No host's name has this sign."""


class RecordingLibrary:
    """Recordings by workflow, block and site.

    A recording in the folder goes before one in the store, and is never changed: it is under
    somebody's review.

    Args:
        store: Shared by all runs.
        folder: Recordings that are committed beside the workflows.

    Attributes:
        store: The same.
    """

    def __init__(self, store: ArtifactStore, folder: Path | None = None) -> None:
        self.store = store
        self._folder = folder

    def read(self, request: PlanRequest) -> Recording | None:
        """The recording for this task's block and site.

        Raises:
            PlannerError: The file is not a recording.
        """
        key = key_of(request)
        if key is None:
            return None
        if self._folder is not None and (path := self._folder / key).is_file():
            kept = read_recording(path.read_text(encoding="utf-8"), str(path))
            return kept.model_copy(update={"pinned": True})
        stored = f"{FOLDER}/{key}"
        if not self.store.exists(stored):
            return None
        recording = read_recording(self.store.read(stored).decode(), self.store.url(stored))
        _STATES[recording.digest] = recording
        while len(_STATES) > _MOST_STATES:
            del _STATES[next(iter(_STATES))]
        return recording

    def as_begun(self, digest: str, now: Recording | None) -> Recording | None:
        """The state of a recording that a task began with, where this process has read it.

        Iterations run side by side: what one of them keeps anew doesn't stop the others.
        """
        begun = _STATES.get(digest)
        kept = begun is not None and now is not None and now.enabled and not now.pinned
        return begun if kept else now

    def write(self, request: PlanRequest, recording: Recording) -> str:
        """Keeps a recording, and the one before it beside it; gives its key in the store."""
        key = f"{FOLDER}/{key_of(request)}"
        if self.store.exists(key):
            self.store.write(previous_of(key), self.store.read(key))
        return self.store.write(key, recording.as_yaml().encode())


def previous_of(key: str) -> str:
    """Where the recording lies that was in place of this one before."""
    return f"{key.removesuffix(_SUFFIX)}{_PREVIOUS}{_SUFFIX}"


def key_of(request: PlanRequest) -> str | None:
    """Workflow, block and site as a path; ``None`` for a task outside a workflow."""
    place = request.place
    if not place.workflow or not place.block:
        return None
    return (
        "/".join(key_part(part) for part in (place.workflow, place.block, site_of(request)))
        + _SUFFIX
    )


def site_of(request: PlanRequest) -> str:
    """The host where the task began."""
    first = request.history[0].url if request.history else request.observation.url
    return host_of(first) or "nowhere"
