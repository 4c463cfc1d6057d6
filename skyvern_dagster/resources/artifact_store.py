"""The artifact store as a Dagster resource: where it lies, and how the UI links into it."""

from __future__ import annotations

import os

import dagster as dg
from pydantic import Field

from skyvern_dagster.artifacts.link_signer import KEY_PURPOSE, LinkSigner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.process.home import artifact_location
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults
from skyvern_dagster.resources.link_server import (
    has_code_location,
    local_links_url,
    serve_links,
)

_DAY = 86_400
"""Seconds."""


class ArtifactStoreResource(HiddenDefaults, dg.ConfigurableResource[ArtifactStore]):
    """Where screenshots, observations, downloads and records go, and how the UI links to them."""

    base_path: str = Field(
        default="",
        description="Folder or universal-pathlib URL; empty for SKYVERN_ARTIFACT_STORE, else "
        "artifacts/ under DAGSTER_HOME, else under .skyvern.",
    )
    links_url: str = Field(
        default="",
        description="Where people reach the REST API: links in Dagster's UI then lead there; "
        "empty for SKYVERN_API_PUBLIC_URL. Without either they lead to the code location's "
        "process under `dg dev`, and elsewhere say where a file lies.",
    )
    # Arbitrary: a month, within which a run is still looked at in Dagster's UI.
    links_days: int = Field(
        default=30, ge=1, description="How long links in Dagster's UI are good for."
    )

    def store(self) -> ArtifactStore:
        """The store.

        Raises:
            OrganizationError: The server secret, which signs links, can't be used.
        """
        return ArtifactStore(self.base_path or artifact_location(), self._signer())

    def serve_links(self) -> None:
        """Has the code location's process answer links in Dagster's UI, under `dg dev` only.

        Raises:
            OrganizationError: The server secret, which signs links, can't be used.
        """
        signer = self._signer() if has_code_location() else None
        if signer is not None and not signer.is_api:
            serve_links(self.store(), signer)

    def _signer(self) -> LinkSigner | None:
        api = self.links_url or os.environ.get("SKYVERN_API_PUBLIC_URL", "")
        # The code location's process serves the store that all its processes know.
        url = api or ("" if self.base_path else local_links_url())
        if not url:
            return None
        key = server_secret().key_for(KEY_PURPOSE)
        return LinkSigner(url.rstrip("/"), key, self.links_days * _DAY, is_api=bool(api))
