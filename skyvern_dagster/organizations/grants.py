"""What the operator lets an organization's own definitions use of the server's secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.organizations.organization import folder_of
from skyvern_dagster.organizations.sealed import SealedRecords
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.process.clock import utc_now

GrantKind = Literal["credential", "secret"]
"""A login (``credential`` parameters), or a single value (``aws_secret`` parameters)."""


class Grant(BaseModel):
    """One name that an organization may use.

    Attributes:
        name: As definitions write it.
        hosts: Where the value may go, the hosts below included; empty: where the secret itself
            says, and nowhere where it says nothing.
        created_at: Naive UTC, as all times here.
    """

    model_config = ConfigDict(frozen=True)

    organization_id: str
    kind: GrantKind
    name: str
    hosts: tuple[str, ...] = ()
    created_at: datetime


class GrantStore:
    """The grants of all organizations, each seen by its own only. No route writes here.

    Args:
        store: Where they lie, under ``organizations/<o_...>/grants/``.
        secret: Seals them: who can only write to the store can't make one.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret) -> None:
        self._records = SealedRecords(store, secret, "grants")

    def add(
        self, organization_id: str, kind: GrantKind, name: str, hosts: tuple[str, ...]
    ) -> Grant:
        """Grants a name; one that is granted already gets these hosts instead.

        Raises:
            OrganizationError: There is no such organization.
        """
        grant = Grant(
            organization_id=organization_id,
            kind=kind,
            name=name,
            hosts=hosts,
            created_at=utc_now(),
        )
        self._records.write(_key(organization_id, kind, name), grant)
        return grant

    def get(self, organization_id: str, kind: GrantKind, name: str) -> Grant | None:
        """The grant of a name, if the organization has it.

        Raises:
            OrganizationError: It can't be decrypted.
        """
        return self._records.read(_key(organization_id, kind, name), Grant)

    def list(self, organization_id: str) -> tuple[Grant, ...]:
        """The organization's grants, by kind and name."""
        return tuple(sorted(self._all(organization_id), key=lambda each: (each.kind, each.name)))

    def revoke(self, organization_id: str, kind: GrantKind, name: str) -> Grant:
        """Takes a grant back: runs that look the name up from now on don't find it.

        Raises:
            OrganizationError: The organization has no such grant.
        """
        grant = self.get(organization_id, kind, name)
        if grant is None:
            raise OrganizationError(
                f"{organization_id} has no grant for {kind} {name!r}: `skyvern-dagster grants "
                "list` names those that it has"
            )
        self._records.delete(_key(organization_id, kind, name))
        return grant

    def _all(self, organization_id: str) -> Iterator[Grant]:
        for key in list(self._records.keys(f"{folder_of(organization_id)}/grants")):
            grant = self._records.read(key, Grant)
            if grant is not None:
                yield grant


def _key(organization_id: str, kind: GrantKind, name: str) -> str:
    digest = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32]
    return f"{folder_of(organization_id)}/grants/{kind}-{digest}"
