"""Links to artifacts that expire and can't be guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from skyvern_dagster.artifacts.link_signer import LinkSigner, artifact_path
from skyvern_dagster.artifacts.run_artifact import artifact_id, classify
from skyvern_dagster.artifacts.store import ArtifactStore


@dataclass(frozen=True)
class SignedLinks:
    """Presigned by S3 where the store lies there, else routes of the shim with an HMAC.

    Attributes:
        signer: Knows where clients reach the shim.
        ui: Address of Dagster's UI.
        s3: Gives the S3 client for uploads; ``None`` where S3 isn't set up.
    """

    store: ArtifactStore
    signer: LinkSigner
    ui: str
    s3: Callable[[], Any] | None = None

    def artifact(self, key: str, filename: str | None = None) -> str:
        """A link to an artifact."""
        return self._link(key, artifact_path(key, filename))

    def uploaded(self, file_id: str, name: str, organization_id: str, key: str) -> str:
        """A link to a file that a client has given."""
        return self._link(key, f"/files/{organization_id}/{file_id}/{quote(name)}")

    def artifact_id(self, key: str) -> str | None:
        """The artifact's id; ``None`` for what people don't open."""
        return artifact_id(key) if classify(key) is not None else None

    def upload(self, uri: str) -> str | None:
        """A presigned link to an uploaded object."""
        parts = urlsplit(uri)
        if parts.scheme != "s3" or self.s3 is None:
            return None
        return str(
            self.s3().generate_presigned_url(
                "get_object",
                Params={"Bucket": parts.netloc, "Key": parts.path.lstrip("/")},
                ExpiresIn=self.signer.seconds,
            )
        )

    def run_page(self, dagster_run_id: str) -> str:
        """The run's page in Dagster's UI."""
        return f"{self.ui}/runs/{dagster_run_id}"

    def _link(self, key: str, path: str) -> str:
        if self.store.local_path(key) is None:
            return str(self.store.presigned(key, self.signer.seconds))
        return self.signer.link(key, path)
