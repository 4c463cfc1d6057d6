"""An organization's stored credentials as a source of secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from skyvern_dagster.credentials.sources import Credential, Secret, SecretSource
from skyvern_dagster.errors import OrganizationError, SecretError
from skyvern_dagster.organizations.credential_store import (
    CredentialStore,
    CredentialValue,
    CreditCardCredential,
    PasswordCredential,
    SecretCredential,
)

_PREFIX = "cred_"


class OrganizationSource:
    """Credentials by id (``cred_...``), of one organization only; other names go to ``behind``.

    Args:
        store: Gives the store; called at the first id, so that who uses none needs no secret.
        organization_id: Whose run it is.
        behind: Knows everything that has another kind of name.
    """

    def __init__(
        self,
        store: Callable[[], CredentialStore],
        organization_id: str,
        behind: SecretSource,
    ) -> None:
        self._store = store
        self._organization_id = organization_id
        self._behind = behind

    def credential(self, key: str) -> Credential | None:
        """See :class:`SecretSource`."""
        if not key.startswith(_PREFIX):
            return self._behind.credential(key)
        try:
            credential = self._store().get(self._organization_id, key)
        except OrganizationError as error:
            raise SecretError(str(error)) from error
        if credential is None:
            return None
        return replace(_credential(credential.value), hosts=credential.hosts, own=True)

    def secret(self, name: str) -> Secret | None:
        """See :class:`SecretSource`."""
        return self._behind.secret(name)

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        if credential is not None and credential.startswith(_PREFIX):
            return (
                f"credential_id to a credential of organization {self._organization_id}, which "
                f"has no {credential}"
            )
        return self._behind.describe(credential=credential, name=name)

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        if credential is not None and credential.startswith(_PREFIX):
            return f"allowed_hosts of the stored credential {credential}"
        return self._behind.describe_hosts(credential=credential, name=name)


def _credential(value: CredentialValue) -> Credential:
    match value:
        case PasswordCredential():
            return Credential(value.username, value.password, value.totp or None)
        case CreditCardCredential():
            return Credential(
                fields={
                    "card_number": value.card_number,
                    "card_cvv": value.card_cvv,
                    "card_exp_month": value.card_exp_month,
                    "card_exp_year": value.card_exp_year,
                    "card_brand": value.card_brand,
                    "card_holder_name": value.card_holder_name,
                }
            )
        case SecretCredential():
            return Credential(fields={"secret_value": value.secret_value})
        case _:
            assert_never(value)
