"""The artifacts of a run that people may open."""

from __future__ import annotations

from skyvern_dagster.artifacts.run_artifact import RunArtifact, classify
from skyvern_dagster.artifacts.run_keys import SHOWN, RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore


def list_artifacts(
    store: ArtifactStore, run_id: str, types: tuple[str, ...] = ()
) -> list[RunArtifact]:
    """The artifacts of a run, in the order of their keys.

    Args:
        types: Only these; all when empty.
    """
    artifacts = []
    for folder in SHOWN:
        keys = store.keys(RunKeys(run_id).shown(folder))
        artifacts += [each for each in map(classify, keys) if each is not None]
    return [each for each in artifacts if not types or each.artifact_type in types]
