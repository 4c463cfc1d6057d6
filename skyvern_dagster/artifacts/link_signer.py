"""Links to artifacts through the REST API, which expire and can't be guessed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from skyvern_dagster.artifacts.run_artifact import artifact_id, classify
from skyvern_dagster.errors import AccessError

PATH = "/artifacts"
"""Where the API answers these links."""

KEY_PURPOSE = "artifact-links"
"""Which of the server secret's keys signs them."""


@dataclass(frozen=True)
class LinkSigner:
    """Signs links with an HMAC, and checks them.

    Attributes:
        base_url: Where people reach the API.
        key: The same in all processes of a deployment.
        seconds: How long a link is good for; they end on even quarters of that, so that the same
            question has the same answer for a while.
        is_api: Whether the whole REST API answers there, and not only links to artifacts.
    """

    base_url: str
    key: bytes = field(repr=False)
    seconds: int
    is_api: bool = True

    def artifact(self, key: str, filename: str | None = None) -> str | None:
        """A link to an artifact of a run; ``None`` for what isn't shown to people."""
        if classify(key) is None:
            return None
        return self.link(key, artifact_path(key, filename))

    def link(self, key: str, path: str) -> str:
        """A link to a route of the API that gives what lies under a key of the store."""
        expires = self._expiry()
        query = urlencode({"expires": expires, "signature": self._signature(key, expires)})
        return f"{self.base_url}{path}?{query}"

    def check(self, key: str, expires: int, signature: str) -> None:
        """Whether a link is one of ours and still good.

        Raises:
            AccessError: It isn't.
        """
        if not hmac.compare_digest(
            self._signature(key, expires).encode(), signature.encode(errors="replace")
        ):
            raise AccessError("This link is not valid: ask for the run again to get a new one")
        if expires < time.time():
            raise AccessError("This link has expired: ask for the run again to get a new one")

    def _expiry(self) -> int:
        step = max(self.seconds // 4, 1)
        return (int(time.time() + self.seconds) // step + 1) * step

    def _signature(self, key: str, expires: int) -> str:
        digest = hmac.new(self.key, f"{expires}:{key}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def artifact_path(key: str, filename: str | None = None) -> str:
    """The API's route of an artifact; a browser saves it under the name that it ends with."""
    return f"{PATH}/{artifact_id(key)}/{quote(filename or key.rpartition('/')[2])}"
