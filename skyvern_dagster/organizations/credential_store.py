"""An organization's credentials: kept encrypted, shown without their secrets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.organization import folder_of, is_id
from skyvern_dagster.organizations.sealed import SealedRecords
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.process.clock import utc_now

CredentialType = Literal["password", "credit_card", "secret"]


class _Secret(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class PasswordCredential(_Secret):
    """A login (docs/contract.md#credentials).

    Attributes:
        totp: Secret of the second factor, as the site shows it.
        totp_type: How codes come: from ``totp``, by e-mail, or in a text message.
        totp_identifier: Whom pushed codes are for.
    """

    credential_type: Literal["password"] = "password"
    username: str
    password: str = Field(repr=False)
    totp: str | None = Field(default=None, repr=False)
    totp_type: Literal["authenticator", "email", "text", "none"] = "none"
    totp_identifier: str | None = None


class CreditCardCredential(_Secret):
    """A payment card (docs/contract.md#credentials)."""

    credential_type: Literal["credit_card"] = "credit_card"
    card_number: str = Field(repr=False)
    card_cvv: str = Field(repr=False)
    card_exp_month: str = Field(repr=False)
    card_exp_year: str = Field(repr=False)
    card_brand: str
    card_holder_name: str = Field(repr=False)


class SecretCredential(_Secret):
    """A single value (docs/contract.md#credentials)."""

    credential_type: Literal["secret"] = "secret"
    secret_value: str = Field(repr=False)
    secret_label: str | None = None


CredentialValue = Annotated[
    PasswordCredential | CreditCardCredential | SecretCredential,
    Field(discriminator="credential_type"),
]


class StoredCredential(BaseModel):
    """A credential as it is kept, with its secrets; never an answer, never printed.

    Attributes:
        hosts: Where it may be typed; empty: on the site where a task begins.
        created_at: Naive UTC, as all times here.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    credential_id: str
    organization_id: str
    name: str
    value: CredentialValue = Field(repr=False)
    hosts: tuple[str, ...] = ()
    created_at: datetime
    modified_at: datetime


class ShownCredential(BaseModel):
    """A credential as answers show it: enough to know it again, nothing to use it with.

    Attributes:
        username: Of a password.
        card_last_four: Of a card's number.
        totp_type: How a password's codes come; ``none`` where it has none.
    """

    model_config = ConfigDict(frozen=True)

    credential_id: str
    organization_id: str
    name: str
    credential_type: CredentialType
    created_at: datetime
    modified_at: datetime
    hosts: tuple[str, ...] = ()
    username: str | None = None
    totp_type: str | None = None
    totp_identifier: str | None = None
    card_last_four: str | None = None
    card_brand: str | None = None
    secret_label: str | None = None


class CredentialStore:
    """The credentials of all organizations, each seen by its own only.

    Args:
        store: Where they lie, under ``organizations/<o_...>/credentials/``.
        secret: Encrypts them.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret) -> None:
        self._records = SealedRecords(store, secret, "credentials")

    def create(
        self,
        organization_id: str,
        name: str,
        value: CredentialValue,
        hosts: tuple[str, ...] = (),
    ) -> StoredCredential:
        """Keeps a new credential.

        Raises:
            OrganizationError: There is no such organization.
        """
        now = utc_now()
        made = StoredCredential(
            credential_id=new_id("cred"),
            organization_id=organization_id,
            name=name,
            value=value,
            hosts=hosts,
            created_at=now,
            modified_at=now,
        )
        self._records.write(_key(organization_id, made.credential_id), made)
        return made

    def get(self, organization_id: str, credential_id: str) -> StoredCredential | None:
        """A credential of the organization; those of others are not there.

        Raises:
            OrganizationError: It can't be decrypted.
        """
        if not is_id(credential_id, "cred"):
            return None
        return self._records.read(_key(organization_id, credential_id), StoredCredential)

    def list(self, organization_id: str) -> tuple[StoredCredential, ...]:
        """The organization's credentials, newest first."""
        credentials = self._all(organization_id)
        return tuple(sorted(credentials, key=lambda each: each.created_at, reverse=True))

    def update(
        self,
        organization_id: str,
        credential_id: str,
        name: str,
        value: CredentialValue,
        hosts: tuple[str, ...] | None = None,
    ) -> StoredCredential:
        """Puts another name and value in a credential's place.

        Args:
            hosts: Other hosts; those that it has when left out.

        Raises:
            OrganizationError: The organization has no such credential.
        """
        before = self.get(organization_id, credential_id)
        if before is None:
            raise _missing(organization_id, credential_id)
        after = before.model_copy(
            update={
                "name": name,
                "value": value,
                "hosts": before.hosts if hosts is None else hosts,
                "modified_at": utc_now(),
            }
        )
        self._records.write(_key(organization_id, credential_id), after)
        return after

    def delete(self, organization_id: str, credential_id: str) -> None:
        """Removes a credential.

        Raises:
            OrganizationError: The organization has no such credential.
        """
        if self.get(organization_id, credential_id) is None:
            raise _missing(organization_id, credential_id)
        self._records.delete(_key(organization_id, credential_id))

    def _all(self, organization_id: str) -> Iterator[StoredCredential]:
        for key in list(self._records.keys(f"{folder_of(organization_id)}/credentials")):
            credential = self._records.read(key, StoredCredential)
            if credential is not None:
                yield credential


def shown(credential: StoredCredential) -> ShownCredential:
    """What answers say of a credential."""
    common = {
        "credential_id": credential.credential_id,
        "organization_id": credential.organization_id,
        "name": credential.name,
        "credential_type": credential.value.credential_type,
        "hosts": credential.hosts,
        "created_at": credential.created_at,
        "modified_at": credential.modified_at,
    }
    value = credential.value
    match value:
        case PasswordCredential():
            own = {
                "username": value.username,
                "totp_type": "authenticator" if value.totp else value.totp_type,
                "totp_identifier": value.totp_identifier,
            }
        case CreditCardCredential():
            digits = "".join(each for each in value.card_number if each.isdigit())
            # Of a number that is far too short, four digits would be most of it.
            last_four = digits[-4:] if len(digits) >= _SHORTEST_CARD else None
            own = {"card_last_four": last_four, "card_brand": value.card_brand}
        case SecretCredential():
            own = {"secret_label": value.secret_label}
        case _:
            assert_never(value)
    return ShownCredential.model_validate({**common, **own})


_SHORTEST_CARD = 12
"""Digits of the shortest card numbers in use."""


def _key(organization_id: str, credential_id: str) -> str:
    return f"{folder_of(organization_id)}/credentials/{credential_id}"


def _missing(organization_id: str, credential_id: str) -> OrganizationError:
    return OrganizationError(f"{organization_id} has no credential {credential_id!r}")
