"""Links to a run's files, as answers give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from skyvern_dagster.artifacts.store import ArtifactStore


class Links(Protocol):
    """Makes links that whoever gets the answer can open."""

    def artifact(self, key: str, filename: str | None = None) -> str:
        """A link to an artifact; ``filename`` is what a browser saves it as."""
        ...

    def artifact_id(self, key: str) -> str | None:
        """The artifact's id, where it has one."""
        ...

    def upload(self, uri: str) -> str | None:
        """A link to an uploaded ``s3://`` object; ``None`` where none can be signed."""
        ...

    def run_page(self, dagster_run_id: str) -> str | None:
        """A link to the run in Dagster's UI; ``None`` where its address isn't known."""
        ...


@dataclass(frozen=True)
class PlainLinks:
    """Links as the store gives them: ``file://`` for a local one that no REST API serves."""

    store: ArtifactStore

    def artifact(self, key: str, filename: str | None = None) -> str:
        """See :class:`Links`."""
        return self.store.link(key, filename)

    def artifact_id(self, key: str) -> str | None:
        """See :class:`Links`."""
        del key
        return None

    def upload(self, uri: str) -> str | None:
        """See :class:`Links`."""
        del uri
        return None

    def run_page(self, dagster_run_id: str) -> str | None:
        """See :class:`Links`."""
        del dagster_run_id
        return None
