"""Records that only this server can read, in an artifact store that others may look into."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.organizations.server_secret import ServerSecret

Model = TypeVar("Model", bound=BaseModel)

_SUFFIX = ".sealed"


def sealed_key(key: str) -> str:
    """Under which key of the artifact store a record lies."""
    return key + _SUFFIX


class SealedRecords:
    """Encrypts records of one purpose (Fernet: AES-128-CBC and HMAC-SHA256).

    A record is bound to its place: one that was copied to another key can't be read there.

    Args:
        store: Where they lie.
        secret: Whoever has it can read them.
        purpose: Records of another purpose have another key.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret, purpose: str) -> None:
        from cryptography.fernet import Fernet  # here, so that imports stay quick

        self._store = store
        self._fernet = Fernet(base64.urlsafe_b64encode(secret.key_for(purpose)))

    def write(self, key: str, record: BaseModel) -> None:
        """Keeps a record."""
        text = f"{key}\n{record.model_dump_json()}"
        self._store.write(key + _SUFFIX, self._fernet.encrypt(text.encode()))

    def read(self, key: str, model: type[Model]) -> Model | None:
        """The record under a key, if there is one.

        Raises:
            OrganizationError: It was written with another server secret, or is damaged.
        """
        from cryptography.fernet import InvalidToken

        if not self._store.exists(key + _SUFFIX):
            return None
        try:
            text = self._fernet.decrypt(self._store.read(key + _SUFFIX)).decode()
            place, _, content = text.partition("\n")
            if place == key:
                return model.model_validate_json(content)
        except (InvalidToken, ValidationError):
            pass  # neither may show what stands in it
        raise OrganizationError(
            f"the record {key!r} can't be read: it is damaged, or was written with another server "
            "secret; bring that secret back, or make the record anew"
        )

    def keys(self, folder: str) -> Iterator[str]:
        """The keys of all records in a folder."""
        for key in self._store.keys(folder):
            if key.endswith(_SUFFIX):
                yield key.removesuffix(_SUFFIX)

    def delete(self, key: str) -> None:
        """Removes a record, if there is one."""
        self._store.delete(key + _SUFFIX)
