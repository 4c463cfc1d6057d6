"""What has been removed of a run: a note that stays, so that answers can say so."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.artifacts.run_artifact import ArtifactType
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import RemovedError
from skyvern_dagster.runs.retention_policy import KeptKind

_KINDS: dict[ArtifactType, KeptKind] = {
    "recording": "recordings",
    "trace": "traces",
    "har": "traces",
    "console_log": "traces",
    "screenshot_action": "screenshots",
    "visible_elements_tree": "screenshots",
    "llm_prompt": "screenshots",
    "llm_request": "screenshots",
    "llm_response": "screenshots",
    "download": "downloads",
}


def kind_of(artifact_type: ArtifactType) -> KeptKind:
    """Which of the retention policy's kinds an artifact is of."""
    return _KINDS.get(artifact_type, "records")


class RemovedParts(BaseModel):
    """What was removed of a run, and when (naive UTC timestamps)."""

    model_config = ConfigDict(frozen=True)

    organization_id: str = ""
    at: dict[KeptKind, str] = {}


def read_removed(store: ArtifactStore, run_id: str) -> RemovedParts:
    """The note about a run; an empty one where nothing was removed."""
    key = RunKeys(run_id).removed
    if not store.exists(key):
        return RemovedParts()
    try:
        return RemovedParts.model_validate_json(store.read(key))
    except ValidationError:
        return RemovedParts()


def refuse_removed(
    store: ArtifactStore, run_id: str, kind: KeptKind, organization_id: str | None = None
) -> None:
    """Says so where something was removed.

    Args:
        organization_id: Who asks, where it is not known yet that the run is theirs.

    Raises:
        RemovedError: It was.
    """
    removed = read_removed(store, run_id)
    if organization_id is not None and removed.organization_id != organization_id:
        return
    when = removed.at.get(kind) or removed.at.get("records")
    if when is not None:
        raise RemovedError(
            f"The {kind} of {run_id} were removed on {when[:10]}, as the retention policy says"
        )
