"""Where artifacts go."""

from __future__ import annotations

import dagster as dg
from pydantic import Field

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.home import artifact_location


class ArtifactStoreResource(dg.ConfigurableResource[ArtifactStore]):
    """Where screenshots, observations, downloads and records go."""

    base_path: str = Field(
        default="",
        description="Folder or universal-pathlib URL; empty for SKYVERN_ARTIFACT_STORE, else "
        "artifacts/ under DAGSTER_HOME, else under .skyvern.",
    )

    def store(self) -> ArtifactStore:
        """The store."""
        return ArtifactStore(self.base_path or artifact_location())
