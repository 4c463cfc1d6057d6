"""The artifact store of this machine's runs."""

from __future__ import annotations

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.process.home import artifact_location


def default_store() -> ArtifactStore:
    """The artifact store of runs that are started on this machine."""
    return ArtifactStore(artifact_location())
