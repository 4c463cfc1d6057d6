"""API keys: JSON web tokens that name an organization, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from datetime import UTC, datetime
from typing import NoReturn

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import AccessError, ArtifactError, OrganizationError
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.organization import folder_of, is_id
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.process.clock import utc_now

_ALGORITHM = "HS256"
_PURPOSE = "api-keys"
_CACHE_SECONDS = 1.0
"""So long is a key good after it was revoked through another process."""

_CACHE_SIZE = 4096
"""Arbitrary: far more keys than are in use within a second, and a few MB."""


class ApiKey(BaseModel):
    """What is kept of an API key.

    Attributes:
        key_id: ``oat_...``.
        created_at: Naive UTC, as every time here.
        expires_at: From then on it is refused; ``None`` for never.
        revoked_at: From then on it is refused.
        token_sha256: Hex digest of the token, which itself is kept nowhere.
    """

    model_config = ConfigDict(frozen=True)

    key_id: str
    organization_id: str
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    token_sha256: str

    @property
    def is_usable(self) -> bool:
        """Whether it gives access now."""
        expired = self.expires_at is not None and self.expires_at <= utc_now()
        return self.revoked_at is None and not expired


class ApiKeys:
    """Makes, checks, lists and revokes keys.

    Args:
        store: Where the records lie, under ``organizations/<o_...>/keys/``.
        secret: Signs the tokens: another server's keys mean nothing here.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret) -> None:
        self._store = store
        self._key = secret.key_for(_PURPOSE)
        self._cache: dict[str, tuple[float, ApiKey]] = {}
        self._lock = threading.Lock()

    def create(
        self, organization_id: str, name: str, expires_at: datetime | None = None
    ) -> tuple[str, ApiKey]:
        """Makes a key.

        Args:
            organization_id: Whom it gives access to.
            name: For people who look at the list.
            expires_at: Naive UTC; whole seconds count.

        Returns:
            The token, which can't be shown again, and what is kept of it.

        Raises:
            OrganizationError: There is no such organization, or the key would be expired.
        """
        if expires_at is not None:
            expires_at = expires_at.replace(microsecond=0)
            if expires_at <= utc_now():
                raise OrganizationError(f"a key that expires at {expires_at} could not be used")
        record = ApiKey(
            key_id=new_id("oat"),
            organization_id=organization_id,
            name=name,
            created_at=utc_now(),
            expires_at=expires_at,
            token_sha256="",
        )
        token = self._token(record)
        record = record.model_copy(update={"token_sha256": _digest(token)})
        self._write(record)
        return token, record

    def check(self, token: str | None) -> ApiKey:
        """The key that a token stands for.

        A revocation counts on every process within a second.

        Args:
            token: As it came in a header; ``Bearer``, quotes and white space around it are left
                out (docs/contract.md#keys).

        Raises:
            AccessError: It gives no access; the message is the answer's ``detail``.
        """
        cleaned = _cleaned(token or "")
        if not cleaned:
            raise AccessError("Invalid credentials")
        digest = _digest(cleaned)
        with self._lock:
            at, record = self._cache.get(digest, (0.0, None))
        if record is None or time.monotonic() - at > _CACHE_SECONDS:
            record = self._look_up(cleaned, digest)
            self._remember(digest, record)
        if record.revoked_at is not None:
            raise AccessError("Your API key has been revoked. Use another one of your organization")
        if not record.is_usable:
            raise AccessError("Auth token is expired")
        return record

    def get(self, organization_id: str, key_id: str) -> ApiKey | None:
        """What is kept of a key, if the organization has it."""
        key = _store_key(organization_id, key_id)
        if not is_id(key_id, "oat") or not self._store.exists(key):
            return None
        try:
            return ApiKey.model_validate_json(self._store.read(key))
        except ValidationError as error:
            raise OrganizationError(f"the API key's record {key!r} is damaged: {error}") from error

    def list(self, organization_id: str) -> tuple[ApiKey, ...]:
        """The organization's keys, oldest first, revoked ones included."""
        folder = f"{folder_of(organization_id)}/keys"
        names = [key.rpartition("/")[2] for key in self._store.keys(folder)]
        ids = [name.removesuffix(".json") for name in names if name.endswith(".json")]
        records = [self.get(organization_id, key_id) for key_id in ids]
        keys = (key for key in records if key is not None)
        return tuple(sorted(keys, key=lambda key: key.created_at))

    def revoke(self, organization_id: str, key_id: str) -> ApiKey:
        """Takes a key's access away, for good; once is as good as twice.

        Raises:
            OrganizationError: The organization has no such key.
        """
        record = self.get(organization_id, key_id)
        if record is None:
            raise OrganizationError(
                f"{organization_id} has no API key {key_id!r}: `skyvern-dagster keys list` names "
                "those that it has"
            )
        if record.revoked_at is None:
            record = record.model_copy(update={"revoked_at": utc_now()})
            self._write(record)
        with self._lock:
            self._cache.pop(record.token_sha256, None)
        return record

    def signing_token(self, record: ApiKey) -> str:
        """The token of a key, derived again: today's clients verify webhooks with it.

        Raises:
            OrganizationError: The server's secret is not the one that the key was made with.
        """
        token = self._token(record)
        if not hmac.compare_digest(_digest(token), record.token_sha256):
            raise OrganizationError(
                f"API key {record.key_id} was made with another server secret, so nothing can be "
                "signed for it: bring that secret back, or make a new key"
            )
        return token

    def _token(self, record: ApiKey) -> str:
        import jwt  # here, so that `import skyvern_dagster` stays quick

        claims: dict[str, str | int] = {"sub": record.organization_id, "jti": record.key_id}
        if record.expires_at is not None:
            claims["exp"] = int(record.expires_at.replace(tzinfo=UTC).timestamp())
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def _look_up(self, token: str, digest: str) -> ApiKey:
        organization_id, key_id = self._claims(token)
        try:
            record = self.get(organization_id, key_id)
        except (OrganizationError, ArtifactError) as error:
            _refuse("Could not validate credentials", error)
        if record is None or not hmac.compare_digest(record.token_sha256, digest):
            raise AccessError("Invalid credentials")
        return record

    def _claims(self, token: str) -> tuple[str, str]:
        import jwt

        try:
            claims = jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], options={"require": ["sub", "jti"]}
            )
        except jwt.ExpiredSignatureError as error:
            _refuse("Auth token is expired", error)
        except jwt.InvalidTokenError as error:
            _refuse("Could not validate credentials", error)
        return str(claims["sub"]), str(claims["jti"])

    def _remember(self, digest: str, record: ApiKey) -> None:
        with self._lock:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            self._cache[digest] = (time.monotonic(), record)

    def _write(self, record: ApiKey) -> None:
        key = _store_key(record.organization_id, record.key_id)
        self._store.write(key, record.model_dump_json(indent=2).encode())


def _store_key(organization_id: str, key_id: str) -> str:
    return f"{folder_of(organization_id)}/keys/{key_id}.json"


def _refuse(detail: str, error: Exception) -> NoReturn:
    raise AccessError(detail) from error


def _cleaned(token: str) -> str:
    bare = token.strip().strip("\"'")
    scheme, _, rest = bare.partition(" ")
    return (rest if scheme.lower() == "bearer" else bare).strip().strip("\"'")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
