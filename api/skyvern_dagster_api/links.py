"""Links to artifacts that expire and can't be guessed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import AccessError
from skyvern_dagster.runs.run_artifacts import artifact_id, classify

PATH = "/artifacts"


@dataclass(frozen=True)
class SignedLinks:
    """Presigned by S3 where the store lies there, else routes of the shim with an HMAC.

    Attributes:
        base_url: Where clients reach the shim.
        key: Signs the routes; the same on all processes of a server.
        seconds: How long a link is good for; they end on even quarters of that, so that the same
            question has the same answer for a while.
        ui: Address of Dagster's UI.
        s3: Gives the S3 client for uploads; ``None`` where S3 isn't set up.
    """

    store: ArtifactStore
    base_url: str
    key: bytes
    seconds: int
    ui: str
    s3: Callable[[], Any] | None = None

    def artifact(self, key: str, filename: str | None = None) -> str:
        """A link to an artifact."""
        name = filename or key.rpartition("/")[2]
        return self._signed(key, f"{PATH}/{artifact_id(key)}/{quote(name)}")

    def uploaded(self, file_id: str, name: str, organization_id: str, key: str) -> str:
        """A link to a file that a client has given."""
        return self._signed(key, f"/files/{organization_id}/{file_id}/{quote(name)}")

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
                ExpiresIn=self.seconds,
            )
        )

    def run_page(self, dagster_run_id: str) -> str:
        """The run's page in Dagster's UI."""
        return f"{self.ui}/runs/{dagster_run_id}"

    def check(self, key: str, expires: int, signature: str) -> None:
        """Whether a link is one of ours and still good.

        Raises:
            AccessError: It isn't.
        """
        if not hmac.compare_digest(self._signature(key, expires).encode(), signature.encode()):
            raise AccessError("This link is not valid: ask for the run again to get a new one")
        if expires < time.time():
            raise AccessError("This link has expired: ask for the run again to get a new one")

    def _signed(self, key: str, path: str) -> str:
        if self.store.local_path(key) is None:
            return str(self.store.presigned(key, self.seconds))
        expires = self._expiry()
        query = urlencode({"expires": expires, "signature": self._signature(key, expires)})
        return f"{self.base_url}{path}?{query}"

    def _expiry(self) -> int:
        step = max(self.seconds // 4, 1)
        return (int(time.time() + self.seconds) // step + 1) * step

    def _signature(self, key: str, expires: int) -> str:
        digest = hmac.new(self.key, f"{expires}:{key}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
